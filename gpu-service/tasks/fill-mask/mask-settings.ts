import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import { type ModelFiles, readConfig } from '../../models/model-files.ts'
import type { TextTokenizer } from '../text/tokenizer.ts'

/** A token is a string, or an object with its `content`. */
const token = z.union([z.string(), z.looseObject({ content: z.string() }).transform(({ content }) => content)])
const config = z.object({ mask_token: token.nullish() })

export interface Mask {
  token: string
  id: number
}

/** Finds the mask token. @throws AppError `unsupported_model` */
export async function readMask(files: ModelFiles, tokenizer: TextTokenizer): Promise<Mask> {
  for (const path of ['tokenizer_config.json', 'special_tokens_map.json']) {
    const { mask_token: named } = (await readConfig(files, path, config)) ?? {}
    const id = named ? tokenizer.idOf(named) : undefined
    if (named && id !== undefined) return { token: named, id }
  }
  for (const named of ['[MASK]', '<mask>']) {
    const id = tokenizer.idOf(named)
    if (id !== undefined) return { token: named, id }
  }
  throw errors.unsupportedModel('the tokenizer has no mask token, which filling masks needs.')
}
