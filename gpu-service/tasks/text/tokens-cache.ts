import type { YieldTurn } from '../../yield-turn.ts'
import { type GatherTokens, gatherTokens, isOnePiece } from './text-pieces.ts'
import type { TextTokenizer } from './tokenizer.ts'

/** The tokens at the start or the end of each text of a request: a query is repeated for two thousand documents. */
export type TokensCache = Map<string, CachedTokens>

interface CachedTokens {
  /** Its first tokens. */
  ids: number[]
  room: number
  /** Its last tokens, where it was cut off at its start. */
  lastIds?: number[]
}

/** Returns the first tokens of a text, up to one more than there is room for, which shows that it does not fit. */
export async function cachedFirstTokens({
  text,
  room,
  tokenizer,
  cache,
  yieldTurn,
}: CachedFirstTokens): Promise<number[]> {
  const before = cache?.get(text)
  if (before?.room === room) return before.ids
  const ids = isOnePiece(text)
    ? tokenizer.first(text, room + 1)
    : await tokenizer.firstInTurns(text, room + 1, yieldTurn)
  cache?.set(text, { ids, room })
  return ids
}

/** Returns the last tokens of a text, gathered once for all its pairs, or all tokens of one that must not be cut. */
export async function cachedLastTokens(
  wanted: GatherTokens<number[]>,
  cache: TokensCache | undefined,
): Promise<number[]> {
  const { text, enough } = wanted
  const known = enough === undefined ? undefined : cache?.get(text)
  if (known?.lastIds !== undefined) return known.lastIds
  const ids = await gatherTokens(wanted)
  if (known === undefined || enough === undefined) return ids
  known.lastIds = ids.slice(-enough)
  return known.lastIds
}

interface CachedFirstTokens {
  text: string
  room: number
  tokenizer: Pick<TextTokenizer, 'first' | 'firstInTurns'>
  cache: TokensCache | undefined
  yieldTurn: YieldTurn
}
