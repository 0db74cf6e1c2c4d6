import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import { trueOrFalse, wholeNumber } from '../text/parameters.ts'

/** The parameters of a question, with the names and defaults of transformers. */
export const questionParameters = z.object({
  top_k: wholeNumber(1, 100).default(1),
  /** The most tokens of a window, question and special tokens included. */
  max_seq_len: wholeNumber(1, 1_000_000).optional(),
  /** The number of context tokens that neighbouring windows share. */
  doc_stride: wholeNumber(0, 1_000_000).optional(),
  max_answer_len: wholeNumber(1, 512).default(15),
  /** Truncates the question, as transformers documents it; its pipeline does so with slow tokenizers only. */
  max_question_len: wholeNumber(1, 1_000_000).optional(),
  handle_impossible_answer: trueOrFalse.default(false),
  align_to_words: trueOrFalse.default(true),
})

const windowDefault = 384
const strideDefault = 128

export interface WindowSettings {
  size: number
  stride: number
  isStrideAsked: boolean
}

/** The windows for a model with this token limit. @throws AppError `invalid_input` */
export function windowSettings({ max_seq_len, doc_stride, maxTokens }: WindowSettingsInput): WindowSettings {
  if (max_seq_len !== undefined && max_seq_len > maxTokens)
    throw errors.invalidInput(
      `"max_seq_len" is ${max_seq_len}; the model takes at most ${maxTokens} tokens.`,
      'max_seq_len',
    )
  const size = max_seq_len ?? Math.min(maxTokens, windowDefault)
  if (doc_stride !== undefined && doc_stride >= size)
    throw errors.invalidInput(
      `"doc_stride" is ${doc_stride}; it must be less than the ${size} tokens of a window.`,
      'doc_stride',
    )
  const stride = doc_stride ?? Math.min(Math.floor(size / 2), strideDefault)
  return { size, stride, isStrideAsked: doc_stride !== undefined }
}

interface WindowSettingsInput extends Pick<z.output<typeof questionParameters>, 'max_seq_len' | 'doc_stride'> {
  maxTokens: number
}
