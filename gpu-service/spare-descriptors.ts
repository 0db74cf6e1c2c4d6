import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'

/** What a thread with an event loop opens at once, plus room for concurrent opens. */
const sparesMax = 8

let spares: number[] | undefined

/**
 * Runs work that opens a few file descriptors and would crash the process without them, on reserved ones.
 * @throws Error if none are left and none were reserved
 */
export function withSpareDescriptors<Result>(work: () => Result): Result {
  const kept = spares ?? openSpares()
  spares = undefined
  for (const descriptor of kept) closeSync(descriptor)
  try {
    return work()
  } finally {
    try {
      spares ??= openSpares()
    } catch {
      // They are opened on demand, or that fails then.
    }
  }
}

function openSpares(): number[] {
  const opened: number[] = []
  try {
    while (opened.length < sparesMax) opened.push(openSync(devNull, 'r'))
    return opened
  } catch (error) {
    for (const descriptor of opened) closeSync(descriptor)
    throw error
  }
}
