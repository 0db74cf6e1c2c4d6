import { errors } from '../../../shared/errors.ts'
import { yieldTurnFor } from '../../yield-turn.ts'
import { assertSomeTokens, createTextEncoder } from '../text/text-encoder.ts'
import { isOnePiece } from '../text/text-pieces.ts'
import type { TextTokenizer } from '../text/tokenizer.ts'
import type { Truncation } from '../text/truncation.ts'
import type { EmbeddingInput } from './embedding-input.ts'
import type { Pooling } from './pooling-config.ts'

export interface EncodeTexts {
  texts: readonly string[]
  /** Put before each text. */
  prompt: string
  truncation?: Truncation | undefined
  /** The request's name for its texts, for error messages. */
  param?: string | undefined
  /** What is computed of them. @default their vectors */
  wanted?: EmbeddingInput['wanted'] | undefined
  signal: AbortSignal
}

/** Tokenises texts for an embedding model. */
export interface TextInputs {
  encode(request: EncodeTexts): Promise<EmbeddingInput[]>
}

const truncateRight: Truncation = { truncate: true, direction: 'right' }

const truncated: Truncation = { truncate: true }

export function createTextInputs(made: TextInputsOptions): TextInputs {
  const { tokenizer, maxTokens, includePrompt, modes = [] } = made
  const assertPooled = ({ ids, skipped = 0 }: EmbeddingInput, param: string): void => {
    if (skipped < ids.length) return
    assertSomeTokens({ ids }, { param })
    if (modes.includes('max')) throw noMaximum(param)
  }
  const encoder = createTextEncoder({ tokenizer, maxTokens })
  // A special token at the end of the prompt alone belongs to the end of the text, not to the prompt.
  const ending = tokenizer.template.single.slice(-1).filter((part) => 'special' in part).length
  const ofPrompt = (ids: readonly number[]) => ids.slice(0, ids.length - ending)
  return {
    async encode({ texts, prompt, truncation: asked = truncated, param = 'inputs', wanted = 'vector', signal }) {
      const truncation = { ...asked, direction: asked.direction ?? tokenizer.truncationSide }
      const yieldTurn = yieldTurnFor(signal)
      const idsOf = (text: string, cut: Truncation, named: string): number[] | Promise<number[]> => {
        const isUsual = cut.truncate && cut.direction === 'right' && isOnePiece(text)
        if (isUsual) return tokenizer.encode(text, maxTokens)
        return encoder.encode({ text, truncation: cut, param: named, yieldTurn }).then(({ ids }) => ids)
      }
      const promptIds = includePrompt || prompt === '' ? [] : ofPrompt(await idsOf(prompt, truncateRight, param))
      // A text that was truncated at its start has lost its prompt.
      const skippedOf = (ids: readonly number[]) =>
        truncation.direction === 'right' || promptIds.every((id, at) => ids[at] === id) ? promptIds.length : 0
      const inputs: EmbeddingInput[] = []
      for (const [index, text] of texts.entries()) {
        const found = idsOf(prompt + text, truncation, `${param}[${index}]`)
        const ids = Array.isArray(found) ? found : await found
        const input: EmbeddingInput = { ids, skipped: skippedOf(ids), wanted }
        if (wanted !== 'tokens') assertPooled(input, `${param}[${index}]`)
        inputs.push(input)
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
  /** Whether pooling includes the prompt's tokens. */
  includePrompt: boolean
  /** @default none */
  modes?: readonly Pooling[] | undefined
}

/** It is minus infinity in sentence-transformers. */
const noMaximum = (param: string) =>
  errors.invalidInput(`"${param}" holds no tokens after its prompt, which the model leaves out of its maximum.`, param)
