import { describe, expect, it } from 'vitest'
import { retryAfterSeconds } from '../../../../shared/hf/retry-after.ts'

describe('retryAfterSeconds', () => {
  const nowMs = Date.parse('2026-11-20T12:00:00Z')
  const secondsOf = (headers: Record<string, string>) => retryAfterSeconds({ headers: new Headers(headers), nowMs })

  it.each([
    ['seconds', { 'retry-after': '55' }, 55],
    ['an HTTP date', { 'retry-after': 'Fri, 20 Nov 2026 12:01:30 GMT' }, 90],
    ['a date that is over', { 'retry-after': 'Fri, 20 Nov 2026 11:00:00 GMT' }, 0],
    ['the window of RateLimit', { ratelimit: '"api";r=0;t=42' }, 42],
    ['Retry-After before RateLimit', { 'retry-after': '5', ratelimit: '"api";r=0;t=42' }, 5],
    ['at most an hour', { 'retry-after': '999999999999' }, 3600],
  ])('reads %s', (_name, headers, seconds) => {
    expect(secondsOf(headers as unknown as Record<string, string>)).toBe(seconds)
  })

  it.each(['', '-5', '1.5', 'soon', 'Xyz'])('ignores "%s"', (value) => {
    expect(secondsOf({ 'retry-after': value })).toBeUndefined()
  })
})
