import { messageOf } from '../errors.ts'
import { endOfText } from './duplicate-key.ts'

/** More than most requests are long, and read in a millisecond. */
export const pieceLength = 65_536

/** Each takes as long as hundreds of characters. */
const containersAtOnce = 256

const [quote, comma, openList, closeList, openObject, closeObject] = [...'",[]{}'].map((one) => one.charCodeAt(0)) as [
  number,
  number,
  number,
  number,
  number,
  number,
]

/** A list or an object that is not closed yet. */
interface Open {
  isObject: boolean
  /** Where it opens. */
  at: number
  /** Where its name lies, in an object. */
  name: { from: number; to: number }
  /** What it holds so far, where it is longer than a piece. */
  held: unknown[] | Record<string, unknown> | undefined
  /** From where on it is not read yet, and what that stands behind. */
  from: number
  behind: 'bracket' | 'comma' | 'container'
}

/**
 * What `JSON.parse` makes of a text, step by step: a long one is cut at commas, however deep they stand, and what lies
 * between two cuts is left to `JSON.parse`. Of a name that an object holds twice, nothing is said here.
 * @throws SyntaxError
 */
export function* parseInSteps(json: string, length = pieceLength): Generator<void, unknown> {
  if (json.length <= length) return JSON.parse(json)
  const whole: unknown[] = []
  const nothing = { from: 0, to: 0 }
  const open: Open[] = [{ isObject: false, at: 0, name: nothing, held: whole, from: 0, behind: 'bracket' }]
  /** The first so many of them hold something. */
  let holding = 1
  let name = nothing
  let pieceFrom = 0
  let stepAt = length
  for (let at = 0; at < json.length; at++) {
    if (at >= stepAt) {
      stepAt = at + length
      yield
    }
    const code = json.charCodeAt(at)
    const top = open.at(-1) as Open
    if (code === quote) {
      const end = endOfText(json, at)
      if (top.isObject) name = { from: at, to: end + 1 }
      at = end
    } else if (code === openList || code === openObject) {
      open.push({ isObject: code === openObject, at, name, held: undefined, from: at + 1, behind: 'bracket' })
    } else if (code === closeList || code === closeObject) {
      const isOfIt = top.isObject === (code === closeObject) && open.length > 1
      if (!isOfIt) throw unexpected(json, at)
      open.pop()
      if (top.held === undefined) continue
      takeUpTo(top, at, json)
      Object.assign(open.at(-1) as Open, { from: at + 1, behind: 'container' })
      pieceFrom = at + 1
      if (--holding % containersAtOnce === 0) yield
    } else if (code === comma && at - pieceFrom >= length) {
      for (; holding < open.length; holding++) {
        hold(open[holding] as Open, open[holding - 1] as Open, json)
        if (holding % containersAtOnce === 0) yield
      }
      takeUpTo(top, at, json)
      Object.assign(top, { from: at + 1, behind: 'comma' })
      pieceFrom = at + 1
    }
  }
  const [root] = open
  if (root === undefined || open.length > 1) throw new SyntaxError('Unexpected end of JSON input')
  takeUpTo(root, json.length, json)
  if (whole.length !== 1) throw new SyntaxError(`It holds ${whole.length} values and not one`)
  return whole[0]
}

/** Has a container hold what comes of it, behind what the one that it is in has before it. */
function hold(one: Open, around: Open, json: string): void {
  takeUpTo(around, one.at, json, 'null')
  one.held = one.isObject ? {} : []
  const { held } = around
  if (Array.isArray(held)) held[held.length - 1] = one.held
  else setField(held ?? {}, JSON.parse(json.slice(one.name.from, one.name.to)), one.held)
}

/** Reads what of a container is not read yet, as far as to a place, and what is to stand there. @throws SyntaxError */
function takeUpTo({ isObject, held, from, behind }: Open, to: number, json: string, there = ''): void {
  let text = json.slice(from, to) + there
  let textFrom = from
  if (behind === 'container') {
    if (blank.test(text)) return
    const [lead] = /^[ \t\n\r]*,/.exec(text) ?? []
    if (lead === undefined) throw unexpected(json, from)
    text = text.slice(lead.length)
    textFrom += lead.length
  }
  if (blank.test(text) && (behind !== 'bracket' || json[to] === ',')) throw unexpected(json, to)
  const part = parsePart(isObject ? `{${text}}` : `[${text}]`, textFrom - 1)
  if (Array.isArray(held)) for (const value of part as unknown[]) held.push(value)
  else for (const [name, value] of Object.entries(part as object)) setField(held ?? {}, name, value)
}

/** @throws SyntaxError whose place is that in the whole text: `JSON.parse` knows the one in the part alone */
function parsePart(part: string, from: number): unknown {
  try {
    return JSON.parse(part)
  } catch (error) {
    const inPart = /(?<= in JSON at position )(\d+) \(line \d+ column \d+\)$/
    throw new SyntaxError(messageOf(error).replace(inPart, (_, at) => String(from + Number(at))))
  }
}

const blank = /^[ \t\n\r]*$/

/** As `JSON.parse` does it: a field of that name is one like others. */
function setField(held: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') held[name] = value
  else Object.defineProperty(held, name, { value, enumerable: true, writable: true, configurable: true })
}

const unexpected = (json: string, at: number) =>
  new SyntaxError(`Unexpected ${JSON.stringify(json[at] ?? 'end')} in JSON at position ${at}`)
