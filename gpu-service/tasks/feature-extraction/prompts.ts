import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import { type ModelFiles, readConfig } from '../../models/model-files.ts'
import { readModules } from './pooling-config.ts'

/** The texts that a model expects before an input, by purpose: `query`, `document`. */
export interface Prompts {
  names: readonly string[]
  /** Used when a request names none; as in sentence-transformers, only of a repo that lists its modules. */
  defaultName: string | undefined
  /** @throws AppError `invalid_input` listing the prompts. */
  named(name: string | null | undefined): string
}

const path = 'config_sentence_transformers.json'
const sentenceConfig = z.object({
  prompts: z.record(z.string(), z.string()).nullish(),
  default_prompt_name: z.string().nullish(),
})

/** @throws AppError `unsupported_model` if the default is not in the list */
export async function readPrompts(files: ModelFiles): Promise<Prompts> {
  const config = await readConfig(files, path, sentenceConfig)
  const prompts = new Map(Object.entries(config?.prompts ?? {}))
  const listsModules = (await readModules(files)).length > 0
  const defaultName = listsModules ? (config?.default_prompt_name ?? undefined) : undefined
  if (defaultName !== undefined && !prompts.has(defaultName))
    throw errors.unsupportedModel(`"${path}" names "${defaultName}" as its default prompt, which it does not list.`)
  const names = [...prompts.keys()]
  return {
    names,
    defaultName,
    named(name) {
      const asked = name ?? defaultName
      if (asked === undefined) return ''
      const prompt = prompts.get(asked)
      if (prompt !== undefined) return prompt
      const served = names.length === 0 ? 'the model has no prompts' : `the model has ${names.join(', ')}`
      throw errors.invalidInput(`"prompt_name" is "${asked.slice(0, 100)}"; ${served}.`, 'prompt_name')
    },
  }
}
