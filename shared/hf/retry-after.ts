/** Longer delays are cut to this, because a queue cannot hold a message back forever. */
const maxSeconds = 3600

/**
 * The delay in seconds that a refusal asks for: `Retry-After` in seconds or as an HTTP date, else the `t` of
 * `RateLimit` (`"api";r=0;t=55`, hub-protocol 5.1). `undefined` where neither is readable.
 */
export function retryAfterSeconds({ headers, nowMs = Date.now() }: RetryAfterInput): number | undefined {
  const seconds = fromRetryAfter(headers.get('retry-after'), nowMs) ?? fromRateLimit(headers.get('ratelimit'))
  return seconds === undefined ? undefined : Math.min(Math.max(seconds, 0), maxSeconds)
}

interface RetryAfterInput {
  headers: Headers
  nowMs?: number
}

function fromRetryAfter(value: string | null, nowMs: number): number | undefined {
  if (value === null) return undefined
  if (/^\d+$/.test(value.trim())) return Number(value)
  // Date.parse also accepts "-5" and "1.5"; an HTTP date starts with the name of a day.
  const atMs = /^[A-Z][a-z]{2}/.test(value.trim()) ? Date.parse(value) : Number.NaN
  return Number.isNaN(atMs) ? undefined : Math.ceil((atMs - nowMs) / 1000)
}

function fromRateLimit(value: string | null): number | undefined {
  const [, seconds] = /;\s*t=(\d+)/.exec(value ?? '') ?? []
  return seconds === undefined ? undefined : Number(seconds)
}
