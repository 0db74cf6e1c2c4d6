import { fileAddresses } from './hub-read/addresses.ts'
import { callers } from './hub-read/callers.ts'
import { clientAnswers } from './hub-read/client-answers.ts'
import { clientDownloads } from './hub-read/client-downloads.ts'
import { useStoredFiles } from './hub-read/stored-files.ts'

// In one file, because each file starts its own stack.
useStoredFiles()
clientAnswers()
clientDownloads()
fileAddresses()
callers()
