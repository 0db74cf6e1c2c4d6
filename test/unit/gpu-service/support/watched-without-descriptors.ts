import { closeSync } from 'node:fs'
import { runWithTimeout } from '../../../../gpu-service/run-with-timeout.ts'
import { takeDescriptors } from './take-descriptors.ts'

/** Runs `runWithTimeout` while its process has no file descriptor left, also nested; prints the results. */
const work = () => 'done'
runWithTimeout({ limitMs: 1000, work })
const taken = takeDescriptors()
const without = runWithTimeout({ limitMs: 1000, work })
const within = runWithTimeout({
  limitMs: 5000,
  work: () => {
    taken.push(...takeDescriptors())
    try {
      return runWithTimeout({ limitMs: 1000, work })
    } catch (error) {
      return (error as NodeJS.ErrnoException).code
    }
  },
})
for (const descriptor of taken) closeSync(descriptor)
process.stdout.write(JSON.stringify({ without, within, behind: runWithTimeout({ limitMs: 1000, work }) }))
