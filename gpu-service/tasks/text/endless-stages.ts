import { errors } from '../../../shared/errors.ts'
import type { Stage } from './tokenizer-stages.ts'

/** Far more than any tokenizer that was made for texts. */
const stagesMax = 1000
/** Of what is put somewhere, or in the place of something; tokenizers put a few characters there. */
const contentLengthMax = 100
/** No pattern of a tokenizer is a tenth as long, and to compile one cannot be ended. */
const patternLengthMax = 8192
/** What the stages of the library, or what their files say of them, have such content as. */
const contents = ['content', 'prepend', 'replacement', 'str_rep', 'suffix', 'prefix', 'word_delimiter_token']

/**
 * Refuses a tokenizer that makes a page of each letter in one step, or goes through a text without end.
 *
 * @throws AppError `unsupported_model`
 */
export function refuseEndlessStages(stages: readonly Stage[]): void {
  if (stages.length > stagesMax)
    throw errors.unsupportedModel(
      `the file "tokenizer.json" has ${stages.length} steps from a text to tokens and back; the limit is ${stagesMax}.`,
    )
  for (const stage of stages) {
    const said: Record<string, unknown> = { ...stage.config, ...stage }
    if (contents.some((name) => String(said[name] ?? '').length > contentLengthMax))
      throw errors.unsupportedModel(
        `"tokenizer.json" replaces little by more than ${contentLengthMax} characters; a text of one letter may become gigabytes.`,
      )
    // JavaScript puts what was found there, or all before it, where others have these signs stand for themselves.
    if (contents.some((name) => /\$[&`'<\d]/.test(String(said[name] ?? ''))))
      throw errors.unsupportedModel('"tokenizer.json" replaces something by "$" and a sign that stands for more text.')
    const { pattern } = said
    if (pattern instanceof RegExp && pattern.source.length > patternLengthMax)
      throw errors.unsupportedModel(
        `the pattern "${pattern.source.slice(0, 100)}…" in "tokenizer.json" has ${pattern.source.length} characters; the limit is ${patternLengthMax}.`,
      )
    const { type, length } = stage.config ?? {}
    if (type === 'FixedLength' && !(Number.isInteger(length) && Number(length) > 0))
      throw errors.unsupportedModel(
        `"tokenizer.json" cuts texts into pieces of ${JSON.stringify(length) ?? 'no'} characters; there must be at least one in each.`,
      )
  }
}
