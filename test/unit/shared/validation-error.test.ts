import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { parseWith } from '../../../shared/http/json-body.ts'

describe('a missing field', () => {
  it.each([
    ['a string', z.object({ name: z.string() })],
    ['a union', z.object({ name: z.union([z.string(), z.number()]) })],
    ['an optional field made required', z.object({ name: z.string().optional().nonoptional() })],
  ])('is reported as missing: %s', (_what, schema) => {
    expect(() => parseWith(schema, {})).toThrow('"name": is missing.')
  })

  it('is told apart from a field of the wrong type', () => {
    expect(() => parseWith(z.object({ name: z.string() }), { name: 5 })).toThrow(
      '"name": must be a string, not a number.',
    )
  })
})

describe('an invalid value', () => {
  const kind = z.enum(['model', 'dataset'])
  it.each([
    [z.string(), null, 'must be a string, not null'],
    [z.number(), 'five', 'must be a number, not a string'],
    [z.int(), 1.5, 'must be a whole number'],
    [z.boolean(), [], 'must be true or false, not a list'],
    [z.array(z.string()), {}, 'must be a list, not an object'],
    [z.record(z.string(), z.string()), true, 'must be an object, not true'],
    [kind, 'space', 'must be one of "model" or "dataset"'],
    [z.enum(['a', 'b', 'c']), 5, 'must be one of "a", "b" or "c"'],
    [z.literal('model'), 'space', 'must be "model"'],
    [z.string().max(3), 'long', 'must have at most 3 characters'],
    [z.array(z.int()).max(1), [1, 2], 'must have at most 1 item'],
    [z.number().max(10), 11, 'must be at most 10'],
    [z.number().lt(10), 10, 'must be less than 10'],
    [z.string().min(1), '', 'must not be empty'],
    [z.string().min(12), 'short', 'must have at least 12 characters'],
    [z.string().length(2), 'a', 'must have exactly 2 characters'],
    [z.number().positive(), 0, 'must be greater than 0'],
    [z.number().multipleOf(5), 7, 'must be a multiple of 5'],
    [z.email(), 'ada', 'must be an e-mail address'],
    [z.url(), 'here', 'must be a URL'],
    [z.string().startsWith('hf_'), 'x', 'must start with "hf_"'],
    [z.string().regex(/^v\d+$/), 'x', 'must match /^v\\d+$/'],
    [z.union([z.string(), z.array(z.string())]), 5, 'must be a string or a list'],
    [z.union([z.string(), z.literal(1)]), null, 'must be a string or 1'],
  ])('is answered with what it must be, in plain words: %#', (schema, value, said) => {
    expect(() => parseWith(z.object({ field: schema }), { field: value })).toThrow(`"field": ${said}.`)
  })

  it('is answered with the allowed fields if it has an unknown one', () => {
    const schema = z.object({ name: z.string(), kind }).partial().strict()
    expect(() => parseWith(schema, { names: 'x' })).toThrow('The body: must not have "names"; allowed are name, kind.')
  })

  it('is located within the alternative of a union that it matches', () => {
    const schema = z.object({ input: z.union([z.string(), z.array(z.string())]) })
    expect(() => parseWith(schema, { input: ['a', 5] })).toThrow('"input.1": must be a string, not a number.')
    const shapes = z.discriminatedUnion('type', [
      z.object({ type: z.literal('text'), text: z.string() }),
      z.object({ type: z.literal('image'), url: z.string() }),
    ])
    expect(() => parseWith(z.array(shapes), [{ type: 'text' }])).toThrow('"0.text": is missing.')
    expect(() => parseWith(z.array(shapes), [{ type: 'x' }])).toThrow('"0.type": must be one of "text" or "image".')
  })
})
