import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { messageOf } from '../../../shared/errors.ts'
import { parseInSteps } from '../../../shared/http/json-steps.ts'
import { runToEnd } from '../../../shared/run-to-end.ts'

function parsed(json: string, pieceLength?: number): { value: unknown; steps: number } {
  const reading = parseInSteps(json, pieceLength)
  for (let steps = 0; ; steps++) {
    const { done, value } = reading.next()
    if (done) return { value, steps }
  }
}

const readable = (json: string): boolean => {
  try {
    JSON.parse(json)
    return true
  } catch {
    return false
  }
}

function failureOf(read: () => unknown): string {
  try {
    read()
  } catch (error) {
    return messageOf(error)
  }
  return ''
}

const texts = fc.tuple(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(undefined, 1, '\t'))
const jsons = texts.map(([value, space]) => JSON.stringify(value, undefined, space))

describe('parseInSteps', () => {
  it('parses like JSON.parse, wherever the text is cut', () => {
    fc.assert(
      fc.property(jsons, fc.integer({ min: 0, max: 30 }), (json, pieceLength) => {
        expect(parsed(json, pieceLength).value).toEqual(JSON.parse(json))
        expect(JSON.stringify(parsed(json, pieceLength).value)).toBe(JSON.stringify(JSON.parse(json)))
      }),
      { numRuns: 1000 },
    )
  })

  it('accepts exactly what JSON.parse accepts', () => {
    const places = fc.tuple(
      fc.nat(),
      fc.constantFrom('', ',', ']', '[', '}', '{', '"', ':', '1', ' ', '\u00a0', 'null'),
    )
    fc.assert(
      fc.property(jsons, places, fc.nat({ max: 20 }), fc.boolean(), (whole, [place, sign], pieceLength, isInstead) => {
        const at = place % (whole.length + 1)
        const json = whole.slice(0, at) + sign + whole.slice(isInstead ? at + 1 : at)
        if (readable(json)) expect(parsed(json, pieceLength).value).toEqual(JSON.parse(json))
        else expect(() => parsed(json, pieceLength)).toThrow(SyntaxError)
      }),
      { numRuns: 5000 },
    )
  })

  it.each([
    ['a missing comma', '1 2]}'],
    ['an invalid escape', '"\\x"]}'],
    ['a line break in a text', '"\n"]}'],
    ['a missing colon', '1],"a" 1}'],
    ['a missing comma after a list', '[1],[2] 3]}'],
  ])('reports the position in the whole text: %s', (_what, end) => {
    const json = `{"inputs":[${'"one",'.repeat(30_000)}${end}`
    const [told] = /at position \d+/.exec(failureOf(() => JSON.parse(json))) ?? []
    expect(told).toBeDefined()
    for (const length of [10, 1000, undefined]) expect(failureOf(() => parsed(json, length))).toContain(told)
  })

  it('treats __proto__ like any other field', () => {
    for (const json of ['{"__proto__":[1,2,3],"a":{"__proto__":1,"b":2}}', '{"a":[1,2],"__proto__":{"b":1},"c":1}'])
      expect(JSON.stringify(parsed(json, 1).value)).toBe(json)
  })

  it.each([
    ['numbers', Array(1_000_000).fill(1)],
    ['lists of lists', Array(300_000).fill([1])],
    ['texts', Array(300_000).fill('one, "two"')],
    ['objects', Array(40_000).fill({ text: 'one', text_pair: [{ two: [2, 3] }] })],
    ['fields', Object.fromEntries(Array.from({ length: 9000 }, (_, at) => [`field ${at}`, Array(60).fill(at)]))],
  ])('reads megabytes of %s in many steps', (_of, value) => {
    const json = JSON.stringify({ inputs: value, parameters: { top_k: 5 } })
    const { value: read, steps } = parsed(json)
    expect(read).toEqual({ inputs: value, parameters: { top_k: 5 } })
    expect(steps).toBeGreaterThan(json.length / 140_000)
  })

  it('closes nested lists in as many steps as it opens them', () => {
    const depth = 100_000
    const json = `${'['.repeat(depth)}${'1,'.repeat(40_000)}1${',1]'.repeat(depth)}`
    expect(parsed(json).steps).toBeGreaterThan((2 * depth) / 300)
  })

  it('reads lists of any depth', () => {
    const depth = 500_000
    const json = `${'['.repeat(depth)}1,2${']'.repeat(depth)}`
    const { value } = parsed(json)
    let inner = value
    for (let level = 1; level < depth; level++) inner = (inner as unknown[])[0]
    expect(inner).toEqual([1, 2])
  })

  it('keeps the names of each long object in their order', () => {
    const part = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`key ${at}`, at]))
    const json = JSON.stringify({ first: 1, part: { ...part, inner: { a: 1 } }, last: 2 })
    const namesOf = new WeakMap<object, string[]>()
    const value = runToEnd(parseInSteps(json, 1000, namesOf)) as { part: object }
    expect(namesOf.get(value)).toEqual(['first', 'part', 'last'])
    expect(namesOf.get(value.part)).toEqual([...Object.keys(part), 'inner'])
  })
})
