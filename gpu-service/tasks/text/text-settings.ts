import * as z from 'zod'
import { type ModelFiles, readConfig } from '../../models/model-files.ts'
import { readSentenceConfig } from './sentence-config.ts'
import { positionOffset, tokenLimit } from './token-limit.ts'
import type { TokenInputs } from './token-tensors.ts'
import type { TextTokenizer } from './tokenizer.ts'

const modelConfig = z.object({
  max_position_embeddings: z.number().optional(),
  model_type: z.string().optional(),
  pad_token_id: z.number().nullish(),
  vocab_size: z.number().optional(),
})
const tokenizerConfig = z.object({ model_max_length: z.number().nullish(), pad_token: z.unknown().optional() })

/** How a model's texts are tokenised, truncated and padded. */
export interface TextSettings {
  maxTokens: number
  padTokenId: number
  /** The model has no embeddings for ids from here on. */
  vocabularySize: number | undefined
  /** The position of a text's first token, for a graph with a `position_ids` input. */
  positionOffset: number
}

/** Reads them from the files of a transformers or sentence-transformers repo. */
export async function readTextSettings({
  files,
  tokenizer: { file, idOf },
  inputs,
}: TextSources): Promise<TextSettings> {
  const model = (await readConfig(files, 'config.json', modelConfig)) ?? {}
  const sentence = await readSentenceConfig(files)
  const tokenizerArguments = sentence.processor_kwargs ?? sentence.tokenizer_args
  const tokenizer = await readConfig(files, 'tokenizer_config.json', tokenizerConfig)
  const padToken = tokenizer?.pad_token
  const namedPad = typeof padToken === 'string' ? idOf(padToken) : undefined
  const padTokenId = file.padding?.pad_id ?? namedPad ?? model.pad_token_id ?? 0
  const maxTokens = tokenLimit({
    sentenceBert: sentence.max_seq_length ?? tokenizerArguments?.model_max_length ?? undefined,
    tokenizer: file.truncation?.max_length,
    tokenizerConfig: tokenizer?.model_max_length ?? undefined,
    positions: model.max_position_embeddings,
    modelType: model.model_type,
    padTokenId,
  })
  return {
    maxTokens: Math.min(maxTokens, inputs.width ?? maxTokens),
    padTokenId,
    vocabularySize: model.vocab_size,
    positionOffset: positionOffset({ modelType: model.model_type, padTokenId }),
  }
}

interface TextSources {
  files: ModelFiles
  tokenizer: TextTokenizer
  inputs: TokenInputs
}
