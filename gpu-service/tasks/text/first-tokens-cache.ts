import type { YieldTurn } from '../../yield-turn.ts'
import { isOnePiece } from './text-pieces.ts'
import type { TextTokenizer } from './tokenizer.ts'

/** The first tokens of the texts of one request: a query is repeated for each of two thousand documents. */
export type FirstTokensCache = Map<string, { ids: number[]; room: number }>

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

interface CachedFirstTokens {
  text: string
  room: number
  tokenizer: Pick<TextTokenizer, 'first' | 'firstInTurns'>
  cache: FirstTokensCache | undefined
  yieldTurn: YieldTurn
}
