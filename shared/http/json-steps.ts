import { messageOf } from '../errors.ts'
import { closeList, closeObject, comma, openList, openObject, quote } from '../json-codes.ts'
import { endOfText } from './duplicate-key.ts'

/** Longer than most requests, and parsed in a millisecond. */
export const pieceLength = 65_536

/** Of a container that holds nothing yet. */
const noNames: string[] = []

/** One container costs as much as hundreds of characters. */
const containersAtOnce = 256

/** An open list or object. */
interface Open {
  isObject: boolean
  /** Its position. */
  at: number
  /** The position of its name, in an object. */
  name: { from: number; to: number }
  /** What was parsed of it so far, where it is longer than a piece. */
  held: unknown[] | Record<string, unknown> | undefined
  /** The names in `held`, in an object. */
  names: string[]
  /** Where its unparsed rest begins, and what comes before that. */
  from: number
  behind: 'bracket' | 'comma' | 'container'
}

/**
 * `JSON.parse` in steps: a long text is cut at commas at any depth, and the pieces go to `JSON.parse`. Duplicate names
 * are not detected here.
 *
 * @param namesOf filled with the names in long objects, because to list 200,000 of them takes fifty milliseconds
 * @throws SyntaxError
 */
export function* parseInSteps(
  json: string,
  length = pieceLength,
  namesOf?: WeakMap<object, string[]>,
): Generator<void, unknown> {
  if (json.length <= length) return JSON.parse(json)
  const whole: unknown[] = []
  const nothing = { from: 0, to: 0 }
  const open: Open[] = [
    { isObject: false, at: 0, name: nothing, held: whole, names: noNames, from: 0, behind: 'bracket' },
  ]
  /** How many of the outermost containers hold something. */
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
      const isObject = code === openObject
      open.push({ isObject, at, name, held: undefined, names: noNames, from: at + 1, behind: 'bracket' })
    } else if (code === closeList || code === closeObject) {
      const isOfIt = top.isObject === (code === closeObject) && open.length > 1
      if (!isOfIt) throw unexpected(json, at)
      open.pop()
      if (top.held === undefined) continue
      takeUpTo(top, at, json)
      if (top.isObject) namesOf?.set(top.held, top.names)
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

/** Gives a container its parsed content, after what its parent has before it. */
function hold(one: Open, around: Open, json: string): void {
  takeUpTo(around, one.at, json, 'null')
  one.held = one.isObject ? {} : []
  one.names = []
  const { held } = around
  if (Array.isArray(held)) held[held.length - 1] = one.held
  else setField(held ?? {}, JSON.parse(json.slice(one.name.from, one.name.to)), one.held)
}

/** Parses the rest of a container up to `to`, followed by `there`. @throws SyntaxError */
function takeUpTo({ isObject, held, names, from, behind }: Open, to: number, json: string, there = ''): void {
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
  else
    for (const [name, value] of Object.entries(part as object)) {
      names.push(name)
      setField(held ?? {}, name, value)
    }
}

/** @throws SyntaxError with the position in the whole text; `JSON.parse` only knows the one in the part */
function parsePart(part: string, from: number): unknown {
  try {
    return JSON.parse(part)
  } catch (error) {
    const inPart = /(?<= in JSON at position )(\d+) \(line \d+ column \d+\)$/
    throw new SyntaxError(messageOf(error).replace(inPart, (_, at) => String(from + Number(at))))
  }
}

const blank = /^[ \t\n\r]*$/

/** Sets `__proto__` as an ordinary field, as `JSON.parse` does. */
function setField(held: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') held[name] = value
  else Object.defineProperty(held, name, { value, enumerable: true, writable: true, configurable: true })
}

const unexpected = (json: string, at: number) =>
  new SyntaxError(`Unexpected ${JSON.stringify(json[at] ?? 'end')} in JSON at position ${at}`)
