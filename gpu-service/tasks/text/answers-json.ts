import { type Breathe, breatheFor } from '../in-slices.ts'
import type { JsonText } from '../task.ts'

/** Past so many characters a piece goes out. */
const pieceLength = 65_536
/** An answer that is shorter is one string, which HTTP can give the length of. */
const wholeMax = 262_144

/**
 * The answers of a request as JSON, each written when its turn comes: others get theirs in between, and where all
 * together are long no string holds them all. One alone, for inputs that were no list, stands without brackets.
 */
export async function answersJson<Item>({
  items,
  isList,
  write,
  aboutLength,
  signal,
}: AnswersJson<Item>): Promise<JsonText> {
  const [only] = items
  if (!isList && only !== undefined) return write(only, 0)
  const breathe = breatheFor(signal)
  if (items.length * aboutLength > wholeMax) return inPieces({ items, write, breathe })
  const parts: string[] = []
  for (const [index, item] of items.entries()) {
    parts.push(write(item, index))
    await breathe()
  }
  return `[${parts.join(',')}]`
}

export interface AnswersJson<Item> {
  items: readonly Item[]
  isList: boolean
  write: (item: Item, index: number) => string
  /** How many characters one takes, about. */
  aboutLength: number
  signal: AbortSignal
}

async function* inPieces<Item>({ items, write, breathe }: InPieces<Item>): AsyncGenerator<string, void> {
  let piece = '['
  for (const [index, item] of items.entries()) {
    piece += index === 0 ? write(item, index) : `,${write(item, index)}`
    await breathe()
    if (piece.length < pieceLength) continue
    yield piece
    piece = ''
  }
  yield `${piece}]`
}

interface InPieces<Item> extends Pick<AnswersJson<Item>, 'items' | 'write'> {
  breathe: Breathe
}
