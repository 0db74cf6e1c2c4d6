import { readdirSync, readFileSync } from 'node:fs'

const childrenOf = (task: string): number[] =>
  readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number)

/** The pids of this process's engines, as the system knows them now. */
export const enginePids = (): number[] =>
  readdirSync('/proc/self/task')
    .flatMap(childrenOf)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('/engine/worker.ts')
      } catch {
        return false
      }
    })
