import { errors } from '../../../shared/errors.ts'

/** What happens to a text that is too long for the model. */
export interface Truncation {
  /** If false, such a text is refused with `invalid_input`. */
  truncate: boolean
  /** The end that is cut off. @default the one that the repo's tokenizer names */
  direction?: 'left' | 'right' | undefined
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

/** Cuts the second of two texts to its own limit. */
export function withinPairLimit(tokens: number[][], { pairTokensMax, truncation }: PairLimit): number[][] {
  if (pairTokensMax === undefined) return tokens
  const cut = truncation.direction === 'left' ? ([-pairTokensMax] as const) : ([0, pairTokensMax] as const)
  return tokens.map((ids, index) => (index === 0 ? ids : ids.slice(...cut)))
}

interface PairLimit {
  pairTokensMax?: number | undefined
  truncation: Truncation
}

/** The exact wording of text-embeddings-inference, which its clients know. */
const tooManyTokens = (max: number, count: number, param = 'inputs') =>
  errors.invalidInput(`Input validation error: \`inputs\` must have less than ${max} tokens. Given: ${count}`, param)

/** The range of tokens that is kept of each text. @throws AppError `invalid_input` for texts that may not be cut */
export function keptRanges({ request, tokens, order, room, maxTokens, specials }: KeptRanges): Range[] {
  const { truncation, strategy = 'longest_first', param } = request
  const [first = 0, second = 0] = order
  const total = first + second
  if (total <= room) return tokens.map(({ length }) => ({ from: 0, to: length }))
  if (!truncation.truncate) throw tooManyTokens(maxTokens, total + specials, param)
  const lengths = [first, second] as const
  // If the text to truncate cannot make enough room, both are truncated rather than refused.
  const kept =
    sharedRoom({ lengths, room, strategy }) ?? sharedRoom({ lengths, room, strategy: 'longest_first' }) ?? lengths
  return tokens.map(({ length }, index) => {
    const count = kept[index] ?? 0
    return truncation.direction === 'left' ? { from: length - count, to: length } : { from: 0, to: count }
  })
}

interface Range {
  from: number
  to: number
}

interface KeptRanges {
  request: { truncation: Truncation; strategy?: PairStrategy | undefined; param?: string | undefined }
  tokens: readonly { readonly length: number }[]
  /** The numbers of tokens, or of more of them if neither text fits and these say which is the longer one. */
  order: readonly number[]
  room: number
  maxTokens: number
  /** How many special tokens are added. */
  specials: number
}
