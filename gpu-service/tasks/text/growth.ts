import { errors } from '../../../shared/errors.ts'
import type { Stage } from './tokenizer-stages.ts'

/** How many times as long as it was a text may become: Unicode makes up to eighteen characters of one, and bytes three of each. */
const growthMax = 64
/** What is put before any text, however short. */
const addedMax = 10_000

/**
 * Ends the way of a text through a tokenizer's stages that make it very long: ten for each letter, ten for each of those,
 * and on, until one letter is gigabytes.
 *
 * @returns what is told how long a text is before its way begins
 */
export function boundGrowth(stages: readonly Stage[]): (length: number) => void {
  let lengthMax = addedMax
  const assertShort = (length: number) => {
    if (length <= lengthMax) return
    throw errors.invalidInput(
      `A text becomes more than ${growthMax} times as long by what "tokenizer.json" replaces.`,
      'inputs',
    )
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

/** Of all pieces, each of which takes its place also where it is empty. */
export function lengthOf(pieces: readonly string[]): number {
  let length = pieces.length
  for (const piece of pieces) length += piece.length
  return length
}
