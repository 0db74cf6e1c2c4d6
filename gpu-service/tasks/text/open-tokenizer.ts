import * as z from 'zod'
import { AppError, errors, messageOf } from '../../../shared/errors.ts'
import { type ModelFiles, readConfig } from '../../models/model-files.ts'
import { afterSteps, yieldTurnAfter } from '../../yield-turn.ts'
import { lowerCased } from './lower-cased.ts'
import { readSentenceConfig } from './sentence-config.ts'
import type { SlowAllowance } from './slow-allowance.ts'
import { type TextTokenizer, tokenizerFile, tokenizerInSteps } from './tokenizer.ts'
import { guardTokenizer } from './tokenizer-guard.ts'

/**
 * Opens the tokenizer of a repo in slices, because others wait meanwhile.
 *
 * @param allowance what slow tokenizers of this thread share
 * @throws AppError `unsupported_model` naming the file.
 */
export async function openTokenizer(files: ModelFiles, allowance?: SlowAllowance): Promise<TextTokenizer> {
  const path = 'tokenizer.json'
  const namesOf = new WeakMap<object, string[]>()
  const file = await readConfig(files, path, tokenizerFile, namesOf)
  if (file === undefined)
    throw errors.unsupportedModel(`the repo has no "${path}", without which texts cannot be tokenized.`)
  const config = (await readConfig(files, 'tokenizer_config.json', z.looseObject({}))) ?? {}
  const { do_lower_case: isLowerCased } = await readSentenceConfig(files)
  try {
    return await afterSteps(
      tokenizerInSteps(isLowerCased ? lowerCased(file) : file, config, {
        guard: guardTokenizer({ allowance }),
        namesOf,
      }),
      yieldTurnAfter(),
    )
  } catch (error) {
    if (error instanceof AppError) throw error
    throw errors.unsupportedModel(`the file "${path}" could not be read: ${messageOf(error)}`)
  }
}
