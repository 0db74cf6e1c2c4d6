import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import { type ModelFiles, readConfig } from '../../models/model-files.ts'
import { sentenceConfigPath } from '../text/sentence-config.ts'

const settings = z.record(z.string(), z.unknown()).nullish()
const encoderConfig = z.object({
  processing_kwargs: z.object({ text: settings, common: settings }).nullish(),
  modality_config: z.object({ text: z.object({ method_output_name: z.unknown().optional() }).nullish() }).nullish(),
})

/** Settings of a tokenizer's call that do not change the vector of a text. */
const harmless = new Set(['padding', 'pad_to_multiple_of', 'return_tensors', 'return_attention_mask'])
/** What sentence-transformers does without these settings, too. */
const defaults = new Map<string, readonly unknown[]>([
  ['truncation', [true, 'longest_first']],
  ['add_special_tokens', [true]],
])
const changesTokens = ([name, value]: [string, unknown]) => !harmless.has(name) && !defaults.get(name)?.includes(value)

/** @throws AppError `unsupported_model` naming a setting by which sentence-transformers would make other tokens */
export async function assertServedTokens(files: ModelFiles): Promise<void> {
  const { path, config } = await readEncoder(files)
  const { text, common } = config.processing_kwargs ?? {}
  const [changed] = Object.entries({ ...common, ...text }).find(changesTokens) ?? []
  if (changed !== undefined)
    throw errors.unsupportedModel(
      `"${path}" sets "${changed.slice(0, 100)}" in its "processing_kwargs", which is not served.`,
    )
}

/**
 * @throws AppError `unsupported_model` if sentence-transformers takes another output of the encoder than the vectors of
 *   its tokens
 */
export async function assertTokenVectors(files: ModelFiles): Promise<void> {
  const { path, config } = await readEncoder(files)
  const { method_output_name: output = tokenVectors } = config.modality_config?.text ?? {}
  // A list is the way into the output.
  const way = [output].flat()
  if (way.length !== 1 || way[0] !== tokenVectors)
    throw errors.unsupportedModel(
      `"${path}" takes the output ${JSON.stringify(output).slice(0, 100)}; only "${tokenVectors}" is pooled.`,
    )
}

const tokenVectors = 'last_hidden_state'

async function readEncoder(files: ModelFiles) {
  const path = sentenceConfigPath(files)
  const config = path === undefined ? undefined : await readConfig(files, path, encoderConfig)
  return { path, config: config ?? {} }
}
