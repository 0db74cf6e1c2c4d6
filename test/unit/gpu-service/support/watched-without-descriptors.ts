import { closeSync } from 'node:fs'
import { withinTime } from '../../../../gpu-service/within-time.ts'
import { takeDescriptors } from './take-descriptors.ts'

/** Runs `withinTime` while its process has no file descriptor left, also nested; prints the results. */
const work = () => 'done'
withinTime({ limitMs: 1000, work })
const taken = takeDescriptors()
const without = withinTime({ limitMs: 1000, work })
const within = withinTime({
  limitMs: 5000,
  work: () => {
    taken.push(...takeDescriptors())
    try {
      return withinTime({ limitMs: 1000, work })
    } catch (error) {
      return (error as NodeJS.ErrnoException).code
    }
  },
})
for (const descriptor of taken) closeSync(descriptor)
process.stdout.write(JSON.stringify({ without, within, behind: withinTime({ limitMs: 1000, work }) }))
