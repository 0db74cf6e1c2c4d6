import type { ModelSource } from '../task.ts'
import { openTokenizer } from '../text/open-tokenizer.ts'
import { readTextSettings, type TextSettings } from '../text/text-settings.ts'
import type { TokenInputs } from '../text/token-tensors.ts'
import type { TextTokenizer } from '../text/tokenizer.ts'
import { assertServedTokens } from './encoder-config.ts'
import { type Prompts, readPrompts } from './prompts.ts'

/** How a repo's texts become tokens. */
export interface TextModel {
  tokenizer: TextTokenizer
  settings: TextSettings
  prompts: Prompts
}

/** @throws AppError `unsupported_model` naming the file at fault */
export async function readTextModel(
  { files, settings }: Pick<ModelSource, 'files' | 'settings'>,
  inputs: TokenInputs,
): Promise<TextModel> {
  await assertServedTokens(files)
  const tokenizer = await openTokenizer(files, settings.slowTexts)
  return {
    tokenizer,
    settings: await readTextSettings({ files, tokenizer, inputs }),
    prompts: await readPrompts(files),
  }
}
