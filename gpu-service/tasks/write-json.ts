import { afterSteps, type YieldTurn, yieldTurnFor } from '../yield-turn.ts'
import type { JsonText } from './task.ts'

/** Characters after which a piece is sent. */
const pieceLength = 65_536
/** A shorter answer is a single string, so that HTTP can declare its length. */
const wholeMax = 262_144

/** Some JSON, or a generator of its parts if it may be long. */
export type Written = string | Generator<string, void>

/**
 * Serialises JSON part by part, yielding to the event loop, so that no string holds all of a long answer; a short one
 * is returned at once.
 */
export const writeJson = (json: Iterable<string>, signal: AbortSignal): JsonText | Promise<JsonText> =>
  afterSteps(partByPart(json[Symbol.iterator](), signal), yieldTurnFor(signal))

function* partByPart(parts: Iterator<string>, signal: AbortSignal): Generator<void, JsonText> {
  const written: string[] = []
  let text = ''
  for (let next = parts.next(); !next.done; next = parts.next()) {
    text += next.value
    yield
    if (text.length < pieceLength) continue
    written.push(text)
    text = ''
    if (written.length * pieceLength > wholeMax) return inPieces({ written, parts, yieldTurn: yieldTurnFor(signal) })
  }
  return written.join('') + text
}

/** Serialises the answers of a request: as a list, or alone if its input was not a list. */
export function answersJson<Item>({ items, isList, write, signal }: AnswersJson<Item>): JsonText | Promise<JsonText> {
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

/** Generates the parts of a JSON list. */
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
  /** The pieces written so far. */
  written: readonly string[]
  parts: Iterator<string>
  yieldTurn: YieldTurn
}
