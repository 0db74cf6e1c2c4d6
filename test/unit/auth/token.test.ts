import { describe, expect, it } from 'vitest'
import { createToken, tokenOf } from '../../../shared/auth/token.ts'

const key = createToken()
const session = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ1c2VyIn0.c2lnbmF0dXJl'
const tokenIn = (headers: Record<string, string>) => tokenOf(new Headers(headers))

describe('the key of a request', () => {
  it.each([
    ['Bearer', { authorization: `Bearer ${key}` }],
    ['bearer in small letters', { authorization: `bearer  ${key}` }],
    ['X-API-Key', { 'x-api-key': key }],
    ['X-API-Key beside the login of a proxy', { 'x-api-key': key, authorization: 'Basic YTpi' }],
  ])('is taken from %s', (_where, headers) => {
    expect(tokenIn(headers)).toBe(key)
  })

  it.each([key, `Token ${key}`, `Bearer: ${key}`, `Bearer:${key}`, session, 'hf_cut'])(
    'is asked for with Bearer before it, and is not repeated: %#',
    (authorization) => {
      const refused = { status: 401, code: 'unauthenticated', message: expect.stringContaining('lacks "Bearer"') }
      expect(() => tokenIn({ authorization })).toThrow(expect.objectContaining(refused))
      expect(() => tokenIn({ authorization })).not.toThrow(new RegExp(`${key}|${session}|hf_cut`))
    },
  )

  it.each([{}, { authorization: '' }, { authorization: 'Basic YTpi' }, { authorization: 'Digest username="a.b.c"' }])(
    'is absent where the header is for somebody else: %j',
    (headers) => {
      expect(tokenIn(headers as Record<string, string>)).toBeUndefined()
    },
  )
})
