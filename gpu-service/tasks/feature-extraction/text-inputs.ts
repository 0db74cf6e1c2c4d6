import { yieldTurnFor } from '../../yield-turn.ts'
import type { Truncation } from '../capabilities.ts'
import { createTextEncoder } from '../text/text-encoder.ts'
import { isOnePiece } from '../text/text-pieces.ts'
import type { TextTokenizer } from '../text/tokenizer.ts'
import type { EmbeddingInput } from './embeddings.ts'

export interface EncodeTexts {
  texts: readonly string[]
  /** Put before each of them. */
  prompt: string
  truncation?: Truncation | undefined
  /** What the request calls its texts, for messages. */
  param?: string | undefined
  signal: AbortSignal
}

/** Texts as what is asked of an embedding model. */
export interface TextInputs {
  encode(request: EncodeTexts): Promise<EmbeddingInput[]>
}

export const cutAtTheEnd: Truncation = { truncate: true, direction: 'right' }

export function createTextInputs({ tokenizer, maxTokens, includePrompt }: TextInputsOptions): TextInputs {
  const encoder = createTextEncoder({ tokenizer, maxTokens })
  return {
    async encode({ texts, prompt, truncation = cutAtTheEnd, param = 'inputs', signal }) {
      const yieldTurn = yieldTurnFor(signal)
      const idsOf = async (text: string, cut: Truncation, named: string) => {
        const isUsual = cut.truncate && cut.direction === 'right' && isOnePiece(text)
        if (isUsual) return tokenizer.encode(text, maxTokens)
        return (await encoder.encode({ text, truncation: cut, param: named, yieldTurn })).ids
      }
      // The prompt by itself ends in a special token that the text behind it takes the place of.
      const promptIds = includePrompt || prompt === '' ? [] : (await idsOf(prompt, cutAtTheEnd, param)).slice(0, -1)
      // Cut at its start, a text has lost its prompt.
      const skippedOf = (ids: readonly number[]) =>
        truncation.direction === 'right' || promptIds.every((id, at) => ids[at] === id) ? promptIds.length : 0
      const inputs: EmbeddingInput[] = []
      for (const [index, text] of texts.entries()) {
        const ids = await idsOf(prompt + text, truncation, `${param}[${index}]`)
        inputs.push({ ids, skipped: skippedOf(ids), wanted: 'vector' })
        const turn = yieldTurn()
        if (turn !== undefined) await turn
      }
      return inputs
    },
  }
}

interface TextInputsOptions {
  tokenizer: TextTokenizer
  maxTokens: number
  /** Whether the tokens of a prompt count in the vector. */
  includePrompt: boolean
}
