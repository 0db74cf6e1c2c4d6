import type { YieldTurn } from '../../yield-turn.ts'
import { assembleLocated, type LocatedText } from '../text/encoded-text.ts'
import { slicePlaced } from '../text/placed-tokens.ts'
import { gatherPlaced, type Piece } from '../text/text-pieces.ts'
import { specialCount } from '../text/token-template.ts'
import type { TextTokenizer } from '../text/tokenizer.ts'
import type { WindowBudget } from '../text/window-budget.ts'

/** A text of any length as windows that the model can read, each with its own special tokens. */
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
  /** How many tokens neighbours share. */
  stride: number
  maxTokens: number
  tokenizer: TextTokenizer
  budget: WindowBudget
  /** What an error names the text by. */
  param: string
  yieldTurn: YieldTurn
}
