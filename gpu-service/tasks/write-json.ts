import { type YieldTurn, yieldTurnFor } from '../yield-turn.ts'
import type { JsonText } from './task.ts'

/** Past so many characters a piece goes out. */
const pieceLength = 65_536
/** An answer that is shorter is one string, which HTTP can give the length of. */
const wholeMax = 262_144

/** Some JSON, or the parts of it where it may be long. */
export type Written = string | Generator<string, void>

/** JSON that is written part by part, so that others get their turn in between and no string holds all of a long one. */
export async function writeJson(json: Iterable<string>, signal: AbortSignal): Promise<JsonText> {
  const parts = json[Symbol.iterator]()
  const yieldTurn = yieldTurnFor(signal)
  const written: string[] = []
  let text = ''
  for (let next = parts.next(); !next.done; next = parts.next()) {
    text += next.value
    const turn = yieldTurn()
    if (turn !== undefined) await turn
    if (text.length < pieceLength) continue
    written.push(text)
    text = ''
    if (written.length * pieceLength > wholeMax) return inPieces({ written, parts, yieldTurn })
  }
  return written.join('') + text
}

/** The answers of a request, as a list or, for inputs that were no list, as the one that there is. */
export function answersJson<Item>({ items, isList, write, signal }: AnswersJson<Item>): Promise<JsonText> {
  const [only] = items
  if (isList || only === undefined) return writeJson(listParts(items, write), signal)
  const written = write(only, 0)
  return writeJson(typeof written === 'string' ? [written] : written, signal)
}

interface AnswersJson<Item> {
  items: readonly Item[]
  isList: boolean
  write: (item: Item, index: number) => Written
  signal: AbortSignal
}

/** A JSON list, item by item. */
export function* listParts<Item>(
  items: Iterable<Item>,
  write: (item: Item, index: number) => Written,
): Generator<string, void> {
  let index = 0
  for (const item of items) {
    const before = index === 0 ? '[' : ','
    const written = write(item, index++)
    if (typeof written === 'string') yield before + written
    else {
      yield before
      yield* written
    }
  }
  yield index === 0 ? '[]' : ']'
}

async function* inPieces({ written, parts, yieldTurn }: InPieces): AsyncGenerator<string, void> {
  yield* written
  let text = ''
  for (let next = parts.next(); !next.done; next = parts.next()) {
    text += next.value
    await yieldTurn()
    if (text.length < pieceLength) continue
    yield text
    text = ''
  }
  yield text
}

interface InPieces {
  /** Those that are written already. */
  written: readonly string[]
  parts: Iterator<string>
  yieldTurn: YieldTurn
}
