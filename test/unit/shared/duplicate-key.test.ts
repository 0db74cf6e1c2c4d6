import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { duplicateKey } from '../../../shared/http/duplicate-key.ts'
import { cpuMs } from '../../support/cpu-time.ts'

it.each([
  ['{"a":1,"a":2}', 'a'],
  ['{"b":{"a":1,"c":[{"x":0,"x":0}]}}', 'x'],
  ['{"a\\"b":1,"a\\"b":2}', 'a"b'],
  ['{"a":"\\\\","a":2}', 'a'],
  ['{"\\u0061":1,"a":2}', 'a'],
  ['{"__proto__":1,"__proto__":2}', '__proto__'],
  ['[{},{"":0,"":1}]', ''],
])('finds a duplicate name: %s', (json, name) => {
  expect(duplicateKey(json)).toBe(name)
})

it.each(['{"a":{"a":1},"b":{"a":2}}', '["a","a"]', '{"a":"a","b":["a","a",{"a":"b"}]}', '"a"', '{"x":"{\\"x\\":1"}'])(
  'does not mistake other text for a duplicate name: %s',
  (json) => {
    expect(duplicateKey(json)).toBeUndefined()
  },
)

it('finds no duplicate in the output of JSON.stringify', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => duplicateKey(JSON.stringify(value)) === undefined))
})

it.each(['{"a\\', '{"a":"', '{"a":1,"\\ud":1', '}]},{"a":1', ',"a":1,"a":2', '{"a":1,"\\x":1,"\\x":2}'])(
  'leaves invalid JSON to JSON.parse: %s',
  (json) => {
    expect(() => duplicateKey(json)).not.toThrow()
    expect(() => JSON.parse(json)).toThrow()
  },
)

describe('too many different names', () => {
  const named = (count: number, prefix = 'k') =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`${prefix}${at}`, at]))

  it.each([
    ['in a nested object', { inputs: named(10_001) }],
    ['in an object in a list', [[{ a: [named(10_001)] }]]],
    ['in many objects', Array.from({ length: 1001 }, (_, at) => named(10, `k${at}-`))],
  ])('are refused: %s', (_, value) => {
    expect(() => duplicateKey(JSON.stringify(value))).toThrow('more than 10000 different field names')
  })

  it('do not include the columns that each row of a table repeats', () => {
    const row = named(500)
    const table = { inputs: Array.from({ length: 600 }, () => row) }
    expect(duplicateKey(JSON.stringify(table))).toBeUndefined()
    expect(duplicateKey(JSON.stringify(named(10_000)))).toBeUndefined()
  })
})

describe('too many objects', () => {
  const objects = (count: number) => Array.from({ length: count }, () => ({}))

  it.each([
    ['before the last name', { inputs: objects(50_000), parameters: { top_k: 1 } }],
    ['after all names', { parameters: { top_k: 1 }, inputs: objects(50_000) }],
    ['in several lists', { inputs: [objects(25_000), objects(25_000)] }],
  ])('are refused: %s', (_, value) => {
    expect(() => duplicateKey(JSON.stringify(value))).toThrow('more than 50000 objects')
  })

  it('do not include braces in texts, nor fewer objects', () => {
    expect(duplicateKey(JSON.stringify({ inputs: '{'.repeat(60_000), x: '{}' }))).toBeUndefined()
    expect(duplicateKey(JSON.stringify({ inputs: objects(49_000), x: 'a' }))).toBeUndefined()
  })
})

describe('too many lists', () => {
  const lists = (count: number, one: unknown = []) => Array.from({ length: count }, () => one)
  /** A value nested in `depth` lists. */
  const inLists = (depth: number, value: unknown[]): unknown => (depth === 0 ? value : [inLists(depth - 1, value)])

  it.each([
    ['before the last name', JSON.stringify({ inputs: lists(50_001), parameters: {} })],
    ['after all names', JSON.stringify({ parameters: {}, inputs: lists(50_001) })],
    ['without any name', JSON.stringify(lists(50_001))],
    ['with spaces in them', `[${lists(50_001, '[ \n\t]').join()}]`],
    ['with objects between them', JSON.stringify([...lists(25_001), ...lists(25_000, {})])],
    ['nested', JSON.stringify(lists(10_001, inLists(4, [])))],
    ['megabytes of them', `[${'[],'.repeat(1_400_000)}[]]`],
  ])('are refused if they are empty: %s', (_, json) => {
    expect(() => duplicateKey(json)).toThrow('more than 50000 objects and empty lists')
  })

  it('are refused if they are nested more often than any tensor, whatever they hold', () => {
    const json = JSON.stringify(lists(70_000, inLists(16, [1])))
    expect(() => duplicateKey(json)).toThrow('more than 1048576 lists of lists')
  })

  it.each([
    ['a million rows of one number', lists(1_000_000, [1])],
    ['a million rows of one list each', lists(1_000_000, [[1]])],
    ['the most rows of a request, each nested ten times', lists(65_536, inLists(10, [1]))],
    ['rows of texts', lists(200_000, ['a', 'b'])],
    ['fewer empty lists', lists(49_000)],
  ])('do not include a tensor: %s', (_, inputs) => {
    expect(duplicateKey(JSON.stringify({ inputs }))).toBeUndefined()
    expect(duplicateKey(JSON.stringify({ inputs, parameters: { x: 'a' } }))).toBeUndefined()
  })

  it('do not include brackets in texts', () => {
    expect(duplicateKey(JSON.stringify({ inputs: '[]'.repeat(60_000), x: '[]' }))).toBeUndefined()
  })
})

it('skips megabytes of numbers after the last name, and reads those before it quickly', () => {
  const numbers = Array.from({ length: 600_000 }, (_, at) => at)
  for (const [body, mostMs] of [
    [{ truncate: true, inputs: numbers }, 30],
    [{ inputs: numbers, truncate: 'x' }, 500],
  ] as const) {
    const json = JSON.stringify(body)
    expect(cpuMs(() => expect(duplicateKey(json)).toBeUndefined())).toBeLessThan(mostMs)
  }
})

it('reads megabytes of text in linear time', () => {
  const json = JSON.stringify({ content: 'x'.repeat(20_000_000), quotes: '"'.repeat(200_000) })
  expect(cpuMs(() => duplicateKey(json))).toBeLessThan(2000)
})
