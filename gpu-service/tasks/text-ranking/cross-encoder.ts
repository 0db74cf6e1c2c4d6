import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import { type ModelFiles, readConfig } from '../../models/model-files.ts'
import type { ScoreFunction } from '../label-scores.ts'

/** What the repo sets for sentence-transformers' CrossEncoder. */
export interface CrossEncoder {
  /** What makes a score of the model's number; undefined if the repo names nothing. */
  activation: ScoreFunction | undefined
  /** Put before the first text of each pair. */
  prompt: string
}

const path = 'config_sentence_transformers.json'
const ownConfig = z.object({
  model_type: z.string().nullish(),
  activation_fn: z.string().nullish(),
  prompts: z.record(z.string(), z.string().nullable()).nullish(),
  default_prompt_name: z.string().nullish(),
})
const modelConfig = z.object({
  sentence_transformers: z.looseObject({ activation_fn: z.string().nullish() }).nullish(),
  sbert_ce_default_activation_function: z.string().nullish(),
})

/** Reads it from where the versions of sentence-transformers write it. @throws AppError `unsupported_model` */
export async function readCrossEncoder(files: ModelFiles): Promise<CrossEncoder> {
  const config = await readConfig(files, 'config.json', modelConfig)
  const sentence = await readConfig(files, path, ownConfig)
  // A file of another type is not a CrossEncoder's: its prompts are for texts, not for pairs.
  const own = sentence?.model_type === 'CrossEncoder' ? sentence : undefined
  const named =
    own?.activation_fn ??
    config?.sentence_transformers?.activation_fn ??
    config?.sbert_ce_default_activation_function ??
    undefined
  return { activation: activationNamed(named), prompt: own === undefined ? '' : defaultPrompt(own) }
}

function defaultPrompt({ prompts, default_prompt_name: name }: z.infer<typeof ownConfig>): string {
  if (name === null || name === undefined) return ''
  if (!Object.hasOwn(prompts ?? {}, name))
    throw errors.unsupportedModel(
      `"${path}" names "${name.slice(0, 100)}" as its default prompt, which it does not list.`,
    )
  return prompts?.[name] ?? ''
}

/** A class that is not of torch is code of the repo, in place of which sentence-transformers takes its default. */
function activationNamed(name: string | undefined): ScoreFunction | undefined {
  if (name?.startsWith('torch.') !== true) return undefined
  const kind = name.split('.').at(-1)
  if (kind === 'Identity') return 'none'
  if (kind === 'Sigmoid') return 'sigmoid'
  throw errors.unsupportedModel(
    `its configuration makes scores by "${name.slice(0, 100)}"; Identity and Sigmoid are served.`,
  )
}
