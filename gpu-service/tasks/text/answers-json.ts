import { type Breathe, breatheFor } from '../../in-slices.ts'
import type { JsonText } from '../task.ts'

/** Past so many characters a piece goes out. */
const pieceLength = 65_536
/** An answer that is shorter is one string, which HTTP can give the length of. */
const wholeMax = 262_144

/** The JSON of one answer, or the pieces of it where it may be long. */
export type Written = string | Generator<string, void>

/**
 * The answers of a request as JSON, each written when its turn comes: others get theirs in between, and where all
 * together are long no string holds them all. One alone, for inputs that were no list, stands without brackets.
 */
export async function answersJson<Item>({ items, isList, write, signal }: AnswersJson<Item>): Promise<JsonText> {
  const [only] = items
  const pieces = !isList && only !== undefined ? piecesOf(write(only, 0)) : listPieces(items, write)
  const breathe = breatheFor(signal)
  const written: string[] = []
  let text = ''
  for (let next = pieces.next(); !next.done; next = pieces.next()) {
    text += next.value
    await breathe()
    if (text.length < pieceLength) continue
    written.push(text)
    text = ''
    if (written.length * pieceLength > wholeMax) return inPieces({ written, pieces, breathe })
  }
  return written.join('') + text
}

export interface AnswersJson<Item> {
  items: readonly Item[]
  isList: boolean
  write: (item: Item, index: number) => Written
  signal: AbortSignal
}

/** A JSON list, item by item. */
export function* listPieces<Item>(
  items: readonly Item[],
  write: (item: Item, index: number) => Written,
): Generator<string, void> {
  yield '['
  for (const [index, item] of items.entries()) {
    if (index > 0) yield ','
    yield* piecesOf(write(item, index))
  }
  yield ']'
}

function* piecesOf(written: Written): Generator<string, void> {
  if (typeof written === 'string') yield written
  else yield* written
}

async function* inPieces({ written, pieces, breathe }: InPieces): AsyncGenerator<string, void> {
  yield* written
  let text = ''
  for (const piece of pieces) {
    text += piece
    await breathe()
    if (text.length < pieceLength) continue
    yield text
    text = ''
  }
  yield text
}

interface InPieces {
  /** Those that are written already. */
  written: readonly string[]
  pieces: Iterable<string>
  breathe: Breathe
}
