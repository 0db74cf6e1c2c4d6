import { setImmediate as aTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/**
 * The memory that this process holds without garbage. Collects twice, because the memory of a buffer is freed some time
 * after the collection that finds it.
 */
export async function heldBytes(): Promise<number> {
  collect()
  await aTurn()
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
