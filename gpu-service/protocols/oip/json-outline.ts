import { setImmediate as nextTurn } from 'node:timers/promises'
import { errors } from '../../../shared/errors.ts'
import { backslash, closeList, closeObject, colon, openList, openObject, quote } from '../../../shared/json-codes.ts'
import { DataScanner, type ScannedData } from './data-scanner.ts'
import { outlineMaxBytes, tensorsMax } from './limits.ts'

/** A request's JSON in which a number stands for each list of elements. */
interface Outline {
  text: string
  /** The lists of elements, by the index of their input. The number is no key, because a caller may write one, too. */
  data: Map<number, ScannedData>
}

const sliceBytes = 128 * 1024
const depthMax = 64

/**
 * Scans a request once, in slices, and extracts the lists of elements: the small rest can be parsed at once, and
 * millions of numbers later, piece by piece. @throws AppError `invalid_json`, `invalid_input`, `payload_too_large`
 */
export async function outlineOf(bytes: Uint8Array, signal: AbortSignal): Promise<Outline> {
  const kept: Uint8Array[] = []
  const data = new Map<number, ScannedData>()
  let lists = 0
  /** The index of the input that is being read. */
  let input = 0
  const stack: number[] = []
  /** The last key, by depth. */
  const keys: string[] = []
  let word: { start: number; end: number } | undefined
  let keptFrom = 0
  /** The limit of the JSON to keep; nothing is read beyond it, not even an endless text. */
  let keptTo = outlineMaxBytes
  let turnAt = sliceBytes
  for (let at = 0; at < bytes.length; at++) {
    if (at >= keptTo) throw errors.payloadTooLarge(outlineMaxBytes)
    const byte = bytes[at]
    if (byte === quote) {
      const start = at + 1
      const until = Math.min(bytes.length, keptTo)
      for (at++; at < until && bytes[at] !== quote; at++) if (bytes[at] === backslash) at++
      word = { start, end: at }
    } else if (byte === colon && word !== undefined) {
      keys[stack.length] =
        word.end - word.start <= 16 ? Buffer.from(bytes.subarray(word.start, word.end)).toString() : ''
    } else if (byte === openList && isElements(stack, keys)) {
      if (lists === tensorsMax)
        throw errors.invalidInput(`"inputs" has more than ${tensorsMax} lists of "data".`, 'inputs')
      kept.push(bytes.subarray(keptFrom, at))
      const scanner = new DataScanner({ bytes, from: at, param: `inputs[${input}].data` })
      while (!scanner.scan(sliceBytes)) await pause(signal)
      kept.push(Buffer.from(String(lists++)))
      data.set(input, scanner.result)
      keptTo += scanner.end - at
      at = scanner.end - 1
      keptFrom = scanner.end
    } else if (byte === openList || byte === openObject) {
      // Of a key that is written twice, the parser keeps the last value.
      if (stack.length === 1 && keys[1] === 'inputs') {
        input = 0
        data.clear()
      }
      if (stack.push(byte) > depthMax) throw errors.invalidJson(`it is nested deeper than ${depthMax}`)
      keys.length = stack.length
    } else if (byte === closeList || byte === closeObject) {
      if (isInput(stack, keys)) input++
      stack.pop()
    }
    if (at < turnAt) continue
    turnAt = at + sliceBytes
    await pause(signal)
  }
  kept.push(bytes.subarray(keptFrom))
  return { text: Buffer.concat(kept).toString(), data }
}

/** Whether the position is in `inputs[…]`. */
const isInput = (stack: readonly number[], keys: readonly string[]): boolean =>
  stack.length === 3 &&
  stack[0] === openObject &&
  stack[1] === openList &&
  stack[2] === openObject &&
  keys[1] === 'inputs'

/** Whether the position is `inputs[…].data`. */
const isElements = (stack: readonly number[], keys: readonly string[]): boolean =>
  isInput(stack, keys) && keys[3] === 'data'

async function pause(signal: AbortSignal): Promise<void> {
  await nextTurn()
  if (signal.aborted) throw errors.clientClosed()
}
