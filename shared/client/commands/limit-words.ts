import type { Deployment } from '../../contract/deployment.ts'

type Limits = NonNullable<Deployment['limits']>

/** Every limit that there can be, so that none that is new is forgotten. */
const words: { [Name in keyof Required<Limits>]: (is: number) => string } = {
  requestsPerSecond: (is) => `${is} requests/second`,
  requestsPerDay: (is) => `${is} requests/day`,
  tokensPerMinute: (is) => `${is} tokens/minute`,
  concurrency: (is) => `${is} at a time per replica`,
}

/** The limits that a deployment has, as people say them. */
export const limitWords = (limits: Limits = {}): string[] =>
  (Object.keys(words) as (keyof Limits)[]).flatMap((name) => {
    const is = limits[name]
    return is === undefined ? [] : [words[name](is)]
  })
