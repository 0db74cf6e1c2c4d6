import { errors } from '../../../shared/errors.ts'
import type { Stage } from './tokenizer-stages.ts'

/** The most a text may grow: Unicode normalisation makes up to eighteen characters of one, and bytes three of each. */
const growthMax = 64
/** For what is prepended to any text, however short. */
const addedMax = 10_000

/**
 * Makes a tokenizer's stages fail on a text that grows too long: ten characters for each letter, ten for each of those,
 * and so on, until one letter is gigabytes.
 *
 * @returns a function to call with the length of a text before it passes through the stages
 */
export function limitGrowth(stages: readonly Stage[]): (length: number) => void {
  let lengthMax = addedMax
  const assertShort = (length: number) => {
    if (length <= lengthMax) return
    throw errors.invalidInput(`"tokenizer.json" makes a text more than ${growthMax} times as long.`, 'inputs')
  }
  for (const stage of stages) {
    const [normalise, split, decode] = [stage.normalize, stage.pre_tokenize, stage.decode_chain]
    if (normalise !== undefined)
      stage.normalize = (text) => {
        const made = normalise.call(stage, text)
        assertShort(made.length)
        return made
      }
    const bounded =
      <Given extends unknown[]>(make: (...given: Given) => string[]) =>
      (...given: Given) => {
        const made = make.apply(stage, given)
        assertShort(lengthOf(made))
        return made
      }
    if (split !== undefined) stage.pre_tokenize = bounded(split)
    if (decode !== undefined) stage.decode_chain = bounded(decode)
  }
  return (length) => {
    lengthMax = addedMax + growthMax * length
  }
}

/** Total length of the pieces, plus one for each, since empty ones take memory too. */
export function lengthOf(pieces: readonly string[]): number {
  let length = pieces.length
  for (const piece of pieces) length += piece.length
  return length
}
