import { nearestName } from './nearest-name.ts'

const prefix = 'SLIPWAY_'

/** Settings that other tools read in the same shell. */
const ofOthers = /^SLIPWAY_(?:URL|API_KEY|MODELS|MINILM_FP32|CFN_LINT|(?:BENCH|RACE|TEST)_.*)$/

interface UnknownSettings {
  environment: Readonly<Record<string, string | undefined>>
  /** The settings that this process reads. */
  known: readonly string[]
}

/**
 * One line per unknown `SLIPWAY_` variable, because a mistyped one would be ignored silently. Values are left out, as
 * one may be a secret.
 */
export function unknownSettings({ environment, known }: UnknownSettings): string[] {
  const isUnknown = (name: string) => name.startsWith(prefix) && !known.includes(name) && !ofOthers.test(name)
  return Object.keys(environment)
    .filter(isUnknown)
    .map((name) => {
      // Within a third of the name's own length.
      const meant = nearestName({ name, known, editsMax: (name.length - prefix.length) / 3 })
      return `${name} is not a setting and has no effect${meant === undefined ? '' : `; did you mean ${meant}?`}`
    })
}
