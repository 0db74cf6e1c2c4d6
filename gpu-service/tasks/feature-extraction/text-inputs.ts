import type { Truncation } from '../capabilities.ts'
import { breatheFor } from '../in-slices.ts'
import { createTextEncoder } from '../text/text-encoder.ts'
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
      // The prompt by itself ends in a special token that the text behind it takes the place of.
      const skipped = includePrompt || prompt === '' ? 0 : tokenizer.encode(prompt, maxTokens).length - 1
      const breathe = breatheFor(signal)
      const isUsual = truncation.truncate && truncation.direction === 'right'
      const inputs: EmbeddingInput[] = []
      for (const [index, text] of texts.entries()) {
        const whole = prompt + text
        const ids = isUsual
          ? tokenizer.encode(whole, maxTokens)
          : (await encoder.encode({ text: whole, truncation, param: `${param}[${index}]`, breathe })).ids
        inputs.push({ ids, skipped: truncation.direction === 'left' ? 0 : skipped, wanted: 'vector' })
        await breathe()
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
