import { errors } from '../../../shared/errors.ts'

/** What happens to a text that is too long for the model. */
export interface Truncation {
  /** If false, such a text is refused with `invalid_input`. */
  truncate: boolean
  /** The end that is cut off. */
  direction: 'left' | 'right'
}

/** Which text of a pair is truncated: the longer one, or always the first or the second. */
export type PairStrategy = 'longest_first' | 'only_first' | 'only_second'

/**
 * Returns how many tokens of each text are kept in a shared `room`, as Hugging Face's tokenizers divide it, or
 * undefined if the text to truncate is too short to make room.
 */
export function sharedRoom({ lengths, room, strategy }: SharedRoom): [number, number] | undefined {
  const [first, second] = lengths
  const excess = first + second - room
  if (excess <= 0) return [first, second]
  if (strategy === 'only_first') return first > excess ? [first - excess, second] : undefined
  if (strategy === 'only_second') return second > excess ? [first, second - excess] : undefined
  const shorter = Math.min(first, second)
  const longer = shorter > room ? shorter : Math.max(shorter, room - shorter)
  const [less, more] =
    shorter + longer > room ? [Math.floor(room / 2), Math.floor(room / 2) + (room % 2)] : [shorter, longer]
  return first > second ? [more, less] : [less, more]
}

interface SharedRoom {
  lengths: readonly [number, number]
  room: number
  strategy: PairStrategy
}

/** The exact wording of text-embeddings-inference, which its clients know. */
export const tooManyTokens = (max: number, count: number, param = 'inputs') =>
  errors.invalidInput(`Input validation error: \`inputs\` must have less than ${max} tokens. Given: ${count}`, param)
