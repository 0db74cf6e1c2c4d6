import { errors } from '../../../shared/errors.ts'
import type { Stage } from './tokenizer-stages.ts'

/** Far more than any real tokenizer has. */
const stagesMax = 1000
/** For inserted text and replacements; real tokenizers use a few characters. */
const contentLengthMax = 100
/** More than ten times the longest pattern of any real tokenizer: compiling a pattern cannot be interrupted. */
const patternLengthMax = 8192
/** The names of inserted text and replacements, in the library's stages or in their configuration. */
const contents = ['content', 'prepend', 'replacement', 'str_rep', 'suffix', 'prefix', 'word_delimiter_token']

/**
 * Refuses a tokenizer with a stage that turns each letter into a page, or that never ends.
 *
 * @throws AppError `unsupported_model`
 */
export function refuseUnboundedStages(stages: readonly Stage[]): void {
  if (stages.length > stagesMax)
    throw errors.unsupportedModel(
      `"tokenizer.json" has ${stages.length} normalizers, pre-tokenizers and decoders; the limit is ${stagesMax}.`,
    )
  for (const stage of stages) {
    const options: Record<string, unknown> = { ...stage.config, ...stage }
    if (contents.some((name) => String(options[name] ?? '').length > contentLengthMax))
      throw errors.unsupportedModel(
        `"tokenizer.json" inserts more than ${contentLengthMax} characters at once; a text of one letter could become gigabytes.`,
      )
    // JavaScript inserts the match, or all text before it, for these; other implementations take them literally.
    if (contents.some((name) => /\$[&`'<\d]/.test(String(options[name] ?? ''))))
      throw errors.unsupportedModel(
        'a replacement in "tokenizer.json" holds "$" and a character that expands to more text.',
      )
    const { pattern } = options
    if (pattern instanceof RegExp && pattern.source.length > patternLengthMax)
      throw errors.unsupportedModel(
        `the pattern "${pattern.source.slice(0, 100)}…" in "tokenizer.json" has ${pattern.source.length} characters; the limit is ${patternLengthMax}.`,
      )
    const { type, length } = stage.config ?? {}
    if (type === 'FixedLength' && !(Number.isInteger(length) && Number(length) > 0))
      throw errors.unsupportedModel(
        `"tokenizer.json" splits texts into pieces of ${JSON.stringify(length) ?? 'no'} characters; a piece needs at least one.`,
      )
  }
}
