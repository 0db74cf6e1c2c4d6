import { errors } from '../../../shared/errors.ts'

/** How many times as long as it was a text may become: no form of Unicode makes more than eighteen characters of one. */
const growthMax = 32
/** What is put before any text, however short. */
const addedMax = 10_000
/** Of what is put in the place of something; tokenizers put a few characters there. */
const contentLengthMax = 100

/** A stage of the library's tokenizer. */
interface Stage {
  config?: { type?: string; content?: unknown; prepend?: unknown }
  normalizers?: (Stage | null)[]
  decoders?: (Stage | null)[]
  normalize?(text: string): string
}

/**
 * Ends the normalising of a text that it makes very long: ten for each letter, ten for each of those, and on, until one
 * letter is gigabytes.
 *
 * @returns what is told how long a text is before it is normalised
 * @throws AppError `unsupported_model` where one step alone makes much of little, or those of a decoder together
 */
export function boundGrowth({
  normalizer,
  decoder,
}: {
  normalizer: unknown
  decoder: unknown
}): (length: number) => void {
  const steps = leavesOf(normalizer as Stage | null)
  const written = leavesOf(decoder as Stage | null)
  for (const { config: { content = '', prepend = '' } = {} } of [...steps, ...written])
    if (Math.max(String(content).length, String(prepend).length) > contentLengthMax) throw tooMuch()
  const replaced = written.filter(({ config }) => config?.type === 'Replace')
  if (replaced.reduce((all, { config }) => all * Math.max(1, String(config?.content ?? '').length), 1) > growthMax)
    throw tooMuch()
  let lengthMax = addedMax
  for (const step of steps) {
    const normalise = step.normalize?.bind(step)
    if (normalise === undefined) continue
    step.normalize = (text) => {
      const made = normalise(text)
      if (made.length > lengthMax)
        throw errors.invalidInput(
          `A text becomes more than ${growthMax} times as long by what "tokenizer.json" replaces.`,
          'inputs',
        )
      return made
    }
  }
  return (length) => {
    lengthMax = addedMax + growthMax * length
  }
}

const tooMuch = () =>
  errors.unsupportedModel(
    `"tokenizer.json" replaces little by more than ${contentLengthMax} characters, or again and again by more; a text of one letter may become gigabytes.`,
  )

const leavesOf = (stage: Stage | null | undefined): Stage[] =>
  stage === null || stage === undefined ? [] : ((stage.normalizers ?? stage.decoders)?.flatMap(leavesOf) ?? [stage])
