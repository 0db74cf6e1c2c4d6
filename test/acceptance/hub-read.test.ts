import { fileAddresses } from './hub-read/addresses.ts'
import { callers } from './hub-read/callers.ts'
import { clientAnswers } from './hub-read/client-answers.ts'
import { clientDownloads } from './hub-read/client-downloads.ts'
import { useStoredFiles } from './hub-read/stored-files.ts'

// One file, because each starts a stack of its own.
useStoredFiles()
clientAnswers()
clientDownloads()
fileAddresses()
callers()
