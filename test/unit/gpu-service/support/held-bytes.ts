import { setImmediate as aTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** What this process holds besides garbage. Twice, because a buffer's memory is given back some time behind the collection that finds it. */
export async function heldBytes(): Promise<number> {
  collect()
  await aTurn()
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
