import * as z from 'zod'
import type { OnnxHeader } from '../../../shared/onnx/onnx-header.ts'
import { type ModelFiles, readConfig } from '../../models/model-files.ts'
import type { Embedding, EmbeddingInput } from '../feature-extraction/embedding-input.ts'
import { createTextInputs, type TextInputs } from '../feature-extraction/text-inputs.ts'
import { fixedBatch, inFixedBatches } from '../fixed-batch.ts'
import { rowsOf } from '../float-tensors.ts'
import type { RunSettings } from '../task.ts'
import type { TaskModel, WarmUpRun } from '../task-model.ts'
import { idsKey } from '../text/ids-key.ts'
import { openTokenizer } from '../text/open-tokenizer.ts'
import { readTextSettings } from '../text/text-settings.ts'
import { readTokenInputs, tokenTensors } from '../text/token-tensors.ts'
import type { TextTokenizer } from '../text/tokenizer.ts'
import { clipOutputs } from './clip-graphs.ts'

const config = z.object({
  model_type: z.string().nullish(),
  text_config: z
    .object({
      max_position_embeddings: z.number().int().min(1).nullish(),
      vocab_size: z.number().int().min(1).nullish(),
    })
    .nullish(),
})

/** The part of a CLIP that reads texts. */
interface TextTower {
  tokenizer: TextTokenizer
  maxTokens: number
  vocabularySize: number | undefined
  /** SigLIP scores each label independently. */
  isSiglip: boolean
  /** Tokenises texts, truncated to the model's limit. */
  texts: TextInputs
  model: TaskModel<EmbeddingInput, Embedding>
  warmUp: WarmUpRun[]
}

const limits = { cpu: { costMax: 384, itemsMax: 64 }, cuda: { costMax: 16_384, itemsMax: 512 } }

/** @throws AppError `unsupported_model` */
export async function openTextTower({ files, file, inputs, alone, settings: run }: OpenTextTower): Promise<TextTower> {
  const tokenizer = await openTokenizer(files, run.slowTexts)
  const tokenInputs = readTokenInputs({ graph: { inputs }, file })
  const settings = await readTextSettings({ files, tokenizer, inputs: tokenInputs })
  const clipConfig = await readConfig(files, 'config.json', config)
  const maxTokens = Math.min(settings.maxTokens, clipConfig?.text_config?.max_position_embeddings ?? settings.maxTokens)
  const { padTokenId } = settings
  const { costMax, itemsMax } = limits[run.device]
  const plainModel: TaskModel<EmbeddingInput, Embedding> = {
    graph: 'text',
    sizeOf: ({ ids }) => tokenInputs.width ?? ids.length,
    costMax,
    itemsMax: alone ? 1 : itemsMax,
    keyOf: ({ ids }) => idsKey(ids),
    encode: (batch) => ({
      inputs: tokenTensors({ inputs: tokenInputs, batch, padTokenId }),
      outputs: [clipOutputs.text],
    }),
    decode: (tensors, batch) => rowsOf(tensors, clipOutputs.text, batch.length),
  }
  const model = inFixedBatches(plainModel, fixedBatch(inputs))
  const plain = createTextInputs({ tokenizer, maxTokens, includePrompt: true })
  const isSiglip = /^siglip/.test(clipConfig?.model_type ?? '')
  // SigLIP, like any model without a mask, was trained on texts of one length and reads the padding as part of them.
  const isPadded = isSiglip || tokenInputs.types.attention_mask === undefined
  const texts = isPadded ? paddedTexts({ plain, maxTokens, padTokenId }) : plain
  const probe = await texts.encode({
    texts: ['This is a photo of a cat.'],
    prompt: '',
    signal: new AbortController().signal,
  })
  return {
    tokenizer,
    maxTokens,
    vocabularySize: clipConfig?.text_config?.vocab_size ?? settings.vocabularySize,
    isSiglip,
    texts,
    model,
    warmUp: [1, Math.min(16, model.itemsMax)].map((count) => {
      const batch = Array.from({ length: count }, () => probe).flat()
      return { graph: 'text', cost: count * (probe[0]?.ids.length ?? 1), call: () => model.encode(batch) }
    }),
  }
}

interface OpenTextTower {
  files: ModelFiles
  file: string
  inputs: OnnxHeader['inputs']
  alone: boolean
  settings: RunSettings
}

const paddedTexts = ({ plain, maxTokens, padTokenId }: PaddedTexts): TextInputs => ({
  async encode(request) {
    const inputs = await plain.encode(request)
    return inputs.map((input) => {
      const padding = Array<number>(Math.max(0, maxTokens - input.ids.length)).fill(padTokenId)
      return { ...input, ids: [...input.ids, ...padding] }
    })
  },
})

interface PaddedTexts {
  plain: TextInputs
  maxTokens: number
  padTokenId: number
}
