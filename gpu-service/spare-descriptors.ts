import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'

/** What a thread with an event loop of its own opens at once, with room for what others open meanwhile. */
const sparesMax = 8

let spares: number[] | undefined

/**
 * Does work that opens a few file descriptors and ends the process where it cannot: it gets those that were kept for it.
 *
 * @throws where none are left, and none were kept
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
      // They are opened when they are needed, or that fails then.
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
