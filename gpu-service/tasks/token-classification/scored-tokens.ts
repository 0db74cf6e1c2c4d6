import { applyFunction } from '../label-scores.ts'
import { type LocatedText, specialToken } from '../text/encoded-text.ts'
import type { TextTokenizer } from '../text/tokenizer.ts'
import type { ScoredToken } from './entities.ts'

/** Combines the tokens of a text with their class scores; special tokens are left out. */
export function scoredTokens({ text, located, logits, tokenizer }: ScoredTokens): ScoredToken[] {
  const classCount = logits.length / located.ids.length
  const tokens: ScoredToken[] = []
  for (const [index, id] of located.ids.entries()) {
    if (located.sequences[index] === specialToken) continue
    const [start, end] = [located.starts[index] ?? 0, located.ends[index] ?? 0]
    const inText = text.slice(start, end)
    const token = tokenizer.tokenOf(id) ?? ''
    const isUnknown = id === tokenizer.unknownId
    tokens.push({
      word: isUnknown ? inText : token,
      scores: applyFunction(logits.subarray(index * classCount, (index + 1) * classCount), 'softmax'),
      index,
      start,
      end,
      isSubword: !isUnknown && continuesWord({ token, inText, text, start, tokenizer }),
    })
  }
  return tokens
}

interface ScoredTokens {
  text: string
  located: LocatedText
  /** One number per class of each token, token by token. */
  logits: Float32Array
  tokenizer: TextTokenizer
}

/** As in transformers: by the token's continuation mark if the tokenizer has one, else by the space before it. */
function continuesWord({ token, inText, text, start, tokenizer }: ContinuesWord): boolean {
  if (tokenizer.marksContinuation) return [...token].length !== [...inText].length
  return start > 0 && !text.slice(start - 1, start + 1).includes(' ')
}

interface ContinuesWord extends Pick<ScoredTokens, 'text' | 'tokenizer'> {
  token: string
  inText: string
  start: number
}
