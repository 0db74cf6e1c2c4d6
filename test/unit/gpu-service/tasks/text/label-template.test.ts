import { expect, it } from 'vitest'
import { fillTemplate, hasSlot } from '../../../../../gpu-service/tasks/text/label-template.ts'

it('inserts each label verbatim at every place in the template', () => {
  expect(fillTemplate('{} is {}.', ['a', '$& {}'])).toEqual(['a is a.', '$& {} is $& {}.'])
})

it.each([
  ['Das ist {} und {{}}.', 'Das ist sport und {}.'],
  ['{{{}}}', '{sport}'],
  ['{0}, {0}', 'sport, sport'],
])("reads braces as Python's str.format: %j", (template, filled) => {
  expect(hasSlot(template)).toBe(true)
  expect(fillTemplate(template, ['sport'])).toEqual([filled])
})

it.each([
  ['{0}, {}', 'sport, sport'],
  ['a { b } {}', 'a { b } sport'],
])('keeps other braces, for which Python has an error: %j', (template, filled) => {
  expect(hasSlot(template)).toBe(true)
  expect(fillTemplate(template, ['sport'])).toEqual([filled])
})

it.each(['', 'ohne', '{{}}', '{ }', '{1}', '{x}'])('has no place for a label: %j', (template) => {
  expect(hasSlot(template)).toBe(false)
})

it('is refused before it expands to gigabytes', () => {
  const refusal = expect.objectContaining({ code: 'invalid_input', param: 'hypothesis_template' })
  expect(() => fillTemplate('{}'.repeat(2000), ['x'.repeat(4000)])).toThrow(refusal)
  expect(() => fillTemplate('{}'.repeat(1_000_000), Array(512).fill('x'.repeat(4000)))).toThrow(refusal)
  expect(() => fillTemplate(`{}${'x'.repeat(20_000)}`, ['a'])).toThrow(refusal)
  expect(fillTemplate('{}', ['x'.repeat(16_000)])).toHaveLength(1)
})
