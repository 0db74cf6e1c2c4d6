import type { Truncation } from '../capabilities.ts'
import { mapInSlices } from '../in-slices.ts'
import type { TextTokenizer } from '../text/tokenizer.ts'
import type { EmbeddingInput } from './embeddings.ts'

export interface EncodeTexts {
  texts: readonly string[]
  /** Put before each of them. */
  prompt: string
  truncation?: Partial<Truncation> | undefined
  param?: string
  signal: AbortSignal
}

/** Texts as what is asked of an embedding model. */
export interface TextInputs {
  encode(request: EncodeTexts): Promise<EmbeddingInput[]>
}

export function createTextInputs({ tokenizer, maxTokens, includePrompt }: TextInputsOptions): TextInputs {
  return {
    encode({ texts, prompt, signal }) {
      // The prompt by itself ends in one token that the text behind it takes the place of.
      const skipped = includePrompt || prompt === '' ? 0 : tokenizer.encode(prompt, maxTokens).length - 1
      return mapInSlices({
        items: texts,
        signal,
        map: (text) => ({ ids: tokenizer.encode(prompt + text, maxTokens), skipped, wanted: 'vector' as const }),
      })
    },
  }
}

interface TextInputsOptions {
  tokenizer: TextTokenizer
  maxTokens: number
  /** Whether the tokens of a prompt count in the vector. */
  includePrompt: boolean
}
