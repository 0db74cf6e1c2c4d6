import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Tensor, Tensors } from '../../engine/engine.ts'
import { textParts } from '../../engine/text-parts.ts'

const sliceElements = 8192
const pieceLength = 65_536

/** Serialises a range of elements as JSON, without brackets. Numbers that are not finite become null. */
function elementsText({ type, data }: Tensor, from: number, to: number): string {
  if (Array.isArray(data)) return JSON.stringify(data.slice(from, to)).slice(1, -1)
  const part = data.subarray(from, to)
  if (part instanceof BigInt64Array || part instanceof BigUint64Array) return part.join(',')
  if (type === 'bool') return Array.from(part as Uint8Array, (one) => (one ? 'true' : 'false')).join(',')
  const numbers = type === 'float16' ? new Float16Array(part.buffer, part.byteOffset, part.length) : part
  return JSON.stringify(Array.from(numbers as ArrayLike<number>)).slice(1, -1)
}

/** Serialises all elements as a flat list, in pieces, yielding to the event loop. */
export async function* flatPieces(tensor: Tensor): AsyncGenerator<string> {
  if (Array.isArray(tensor.data)) return yield* textPieces(tensor.data)
  for (let from = 0; from < tensor.data.length; from += sliceElements) {
    if (from > 0) await nextTurn()
    yield (from > 0 ? ',' : '') + elementsText(tensor, from, from + sliceElements)
  }
}

/** Splits texts, too, because one may be as long as a million numbers. */
async function* textPieces(texts: readonly string[]): AsyncGenerator<string> {
  let piece = ''
  for (const [index, text] of texts.entries()) {
    piece += index > 0 ? ',"' : '"'
    for (const part of textParts(text)) {
      piece += JSON.stringify(part).slice(1, -1)
      if (piece.length < pieceLength) continue
      yield piece
      piece = ''
      await nextTurn()
    }
    piece += '"'
  }
  yield piece
}

/** Serialises tensors as `{name: nested list}`, in pieces. */
export async function* writeNested({ tensors, signal }: { tensors: Tensors; signal: AbortSignal }) {
  let isFirst = true
  for (const [name, tensor] of Object.entries(tensors)) {
    yield `${isFirst ? '{' : ','}${JSON.stringify(name)}:`
    isFirst = false
    yield* nested(tensor, signal)
  }
  yield isFirst ? '{}' : '}'
}

async function* nested(tensor: Tensor, signal: AbortSignal): AsyncGenerator<string> {
  const { dims, data } = tensor
  const width = dims.at(-1)
  if (width === undefined) return yield elementsText(tensor, 0, 1)
  if (data.length === 0) return yield emptyNesting(dims)
  let text = ''
  let written = 0
  for (let from = 0; from < data.length; from += width) {
    // As many lists begin before a row, and end after it, as dimensions begin and end there.
    const edges = edgesAt(from, dims)
    const ends = edgesAt(from + width, dims)
    text += `${from > 0 ? ',' : ''}${'['.repeat(edges)}`
    for (let at = from; at < from + width; at += sliceElements) {
      if (at > from) {
        yield `${text},`
        text = ''
        await nextTurn()
      }
      text += elementsText(tensor, at, Math.min(at + sliceElements, from + width))
    }
    text += ']'.repeat(ends)
    if (from - written < sliceElements) continue
    written = from
    yield text
    text = ''
    await nextTurn()
    if (signal.aborted) return
  }
  yield text
}

function edgesAt(element: number, dims: readonly number[]): number {
  let edges = 0
  let size = 1
  for (const dim of dims.toReversed()) {
    size *= dim
    if (element % size !== 0) break
    edges++
  }
  return edges
}

const emptyNesting = ([size = 0, ...inner]: readonly number[]): string =>
  size === 0 ? '[]' : `[${Array.from({ length: size }, () => emptyNesting(inner)).join(',')}]`
