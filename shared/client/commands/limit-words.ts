import type { Deployment } from '../../contract/deployment.ts'

type Limits = NonNullable<Deployment['limits']>

/** Typed by the limits themselves, so that a new limit cannot be forgotten here. */
const words: { [Name in keyof Required<Limits>]: (is: number) => string } = {
  requestsPerSecond: (is) => `${is} requests/second`,
  requestsPerDay: (is) => `${is} requests/day`,
  tokensPerMinute: (is) => `${is} tokens/minute`,
  concurrency: (is) => `${is} at a time per replica`,
}

/** The limits of a deployment in readable form. */
export const limitWords = (limits: Limits = {}): string[] =>
  (Object.keys(words) as (keyof Limits)[]).flatMap((name) => {
    const is = limits[name]
    return is === undefined ? [] : [words[name](is)]
  })
