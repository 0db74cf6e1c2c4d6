import fc from 'fast-check'
import { expect, it } from 'vitest'
import { duplicateKey } from '../../../shared/http/duplicate-key.ts'

it.each([
  ['{"a":1,"a":2}', 'a'],
  ['{"b":{"a":1,"c":[{"x":0,"x":0}]}}', 'x'],
  ['{"a\\"b":1,"a\\"b":2}', 'a"b'],
  ['{"a":"\\\\","a":2}', 'a'],
  ['{"\\u0061":1,"a":2}', 'a'],
  ['{"__proto__":1,"__proto__":2}', '__proto__'],
  ['[{},{"":0,"":1}]', ''],
])('finds the name that is there twice: %s', (json, name) => {
  expect(duplicateKey(json)).toBe(name)
})

it.each(['{"a":{"a":1},"b":{"a":2}}', '["a","a"]', '{"a":"a","b":["a","a",{"a":"b"}]}', '"a"', '{"x":"{\\"x\\":1"}'])(
  'takes the same text in other places for no name: %s',
  (json) => {
    expect(duplicateKey(json)).toBeUndefined()
  },
)

it('finds nothing in what JSON.stringify wrote', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => duplicateKey(JSON.stringify(value)) === undefined))
})

it('reads megabytes in a moment', () => {
  const started = performance.now()
  duplicateKey(JSON.stringify({ content: 'x'.repeat(20_000_000), quotes: '"'.repeat(200_000) }))
  expect(performance.now() - started).toBeLessThan(2000)
})
