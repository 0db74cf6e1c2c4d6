import type { YieldTurn } from '../../yield-turn.ts'
import { assembleLocated, type LocatedText } from '../text/encoded-text.ts'
import { slicePlaced } from '../text/placed-tokens.ts'
import { gatherPlaced, type Piece } from '../text/text-pieces.ts'
import { specialCount } from '../text/token-template.ts'
import type { TextTokenizer } from '../text/tokenizer.ts'
import type { WindowBudget } from '../text/window-budget.ts'

/** Splits a text of any length into windows that the model can read, each with its special tokens. */
export async function textWindows({
  text,
  stride,
  maxTokens,
  tokenizer,
  budget,
  param,
  yieldTurn,
}: TextWindows): Promise<LocatedText[]> {
  const tokensOf = (piece: Piece) => tokenizer.spanned(text, piece)
  const tokens = await gatherPlaced({ text, from: 'start', enough: budget.tokensLeft + 1, tokensOf, yieldTurn })
  const parts = tokenizer.template.single
  const size = maxTokens - specialCount(parts)
  const located: LocatedText[] = []
  for (const { start, end } of budget.make({ length: tokens.length, size, stride, param })) {
    located.push(assembleLocated(parts, [slicePlaced(tokens, start, end)]))
    await yieldTurn()
  }
  return located
}

interface TextWindows {
  text: string
  /** The number of tokens that neighbouring windows share. */
  stride: number
  maxTokens: number
  tokenizer: TextTokenizer
  budget: WindowBudget
  /** Names the text in errors. */
  param: string
  yieldTurn: YieldTurn
}
