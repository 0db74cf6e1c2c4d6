import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { parseWith } from '../../../shared/http/json-body.ts'

describe('a body that lacks a field', () => {
  it.each([
    ['a text', z.object({ name: z.string() })],
    ['one of several', z.object({ name: z.union([z.string(), z.number()]) })],
    ['whatever was optional before', z.object({ name: z.string().optional().nonoptional() })],
  ])('is told that it is missing: %s', (_what, schema) => {
    expect(() => parseWith(schema, {})).toThrow('"name": is missing.')
  })

  it('is told what is wrong with one that is there', () => {
    expect(() => parseWith(z.object({ name: z.string() }), { name: 5 })).toThrow('expected string, received number')
  })
})
