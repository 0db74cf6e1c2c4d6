import { setImmediate as nextTurn } from 'node:timers/promises'
import type { JsonText } from '../task.ts'
import type { Embedding } from './embeddings.ts'

/** Past so many characters a piece goes out. */
const pieceLength = 65_536
/** An answer that is shorter is one string, which HTTP can give the length of. */
const wholeMax = 262_144

export interface JsonList<Item> {
  /** What stands before the list, its bracket included, and behind it. */
  start: string
  end: string
  items: Iterable<Item>
  write: (item: Item, index: number) => string
}

/** A long list of JSON, item by item: in pieces where it is long, so that no string holds all of it. */
export function jsonList<Item>(list: JsonList<Item> & { aboutLength: number }): JsonText {
  if (list.aboutLength > wholeMax) return jsonPieces(list)
  return `${list.start}${Array.from(list.items, list.write).join(',')}${list.end}`
}

/** Others get a turn between the pieces; a caller who has left ends it. */
export async function* jsonPieces<Item>({ start, end, items, write }: JsonList<Item>): AsyncGenerator<string, void> {
  let piece = start
  let index = 0
  for (const item of items) {
    piece += index === 0 ? write(item, index) : `,${write(item, index)}`
    index++
    if (piece.length < pieceLength) continue
    yield piece
    piece = ''
    await nextTurn()
  }
  yield piece + end
}

/** About what a float takes in JSON, with its comma. */
export const charactersPerNumber = 22

/** What is no number is null, as JSON has it. */
export const floatsJson = (vector: Embedding): string => JSON.stringify(Array.from(vector))

/** Little-endian float32, which is what clients decode; read from where the vector lies. */
export const base64Json = ({ buffer, byteOffset, byteLength }: Embedding): string =>
  `"${Buffer.from(buffer, byteOffset, byteLength).toString('base64')}"`
