import { nearestName } from './nearest-name.ts'

const prefix = 'SLIPWAY_'

/** What the tools around a server read in the same shell. */
const ofOthers = /^SLIPWAY_(?:URL|API_KEY|MODELS|MINILM_FP32|CFN_LINT|(?:BENCH|RACE|TEST)_.*)$/

interface UnknownSettings {
  environment: Readonly<Record<string, string | undefined>>
  /** The names that this process reads. */
  known: readonly string[]
}

/**
 * A line for each of our variables that nothing reads: a name that is mistyped sets nothing, and nobody would hear of
 * it. Their values are not repeated, because one may be a secret.
 */
export function unknownSettings({ environment, known }: UnknownSettings): string[] {
  const isUnknown = (name: string) => name.startsWith(prefix) && !known.includes(name) && !ofOthers.test(name)
  return Object.keys(environment)
    .filter(isUnknown)
    .map((name) => {
      // At most a third of the name's own letters away.
      const meant = nearestName({ name, known, editsMax: (name.length - prefix.length) / 3 })
      return `${name} is not a setting and sets nothing${meant === undefined ? '' : `; ${meant} is one`}`
    })
}
