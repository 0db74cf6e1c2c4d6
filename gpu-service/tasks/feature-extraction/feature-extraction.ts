import * as z from 'zod'
import { localPath, readConfig } from '../../models/model-files.ts'
import type { ModelSource, OpenedTask, Task } from '../task.ts'
import { embeddingGraph } from './embedding-graph.ts'
import { embeddingModel } from './embedding-model.ts'
import { createEmbeddings } from './embeddings.ts'
import { embeddingPipeline } from './pipeline.ts'
import { readPooling } from './pooling-config.ts'
import { tokenLimit } from './token-limit.ts'
import { openTokenizer } from './tokenizer.ts'

const modelConfig = z.object({
  max_position_embeddings: z.number().optional(),
  model_type: z.string().optional(),
  pad_token_id: z.number().nullish(),
  vocab_size: z.number().optional(),
  hidden_size: z.number().optional(),
})
const sentenceConfig = z.object({ max_seq_length: z.number().nullish() })
const tokenizerConfig = z.object({ model_max_length: z.number().nullish(), pad_token: z.unknown().optional() })

/** Texts to vectors, as sentence-transformers makes them. */
export const featureExtraction: Task = {
  name: 'feature-extraction',
  aliases: ['sentence-similarity'],

  async open({ files, file, graph, settings }: ModelSource): Promise<OpenedTask> {
    const tokenizer = await openTokenizer(files)
    const config = (await readConfig(files, 'config.json', modelConfig)) ?? {}
    const sentence = await readConfig(files, 'sentence_bert_config.json', sentenceConfig)
    const { model_max_length, pad_token } = (await readConfig(files, 'tokenizer_config.json', tokenizerConfig)) ?? {}
    const padTokenId =
      tokenizer.file.padding?.pad_id ??
      (typeof pad_token === 'string' ? tokenizer.idOf(pad_token) : undefined) ??
      config.pad_token_id ??
      0
    const maxTokens = tokenLimit({
      sentenceBert: sentence?.max_seq_length ?? undefined,
      tokenizer: tokenizer.file.truncation?.max_length,
      tokenizerConfig: model_max_length ?? undefined,
      positions: config.max_position_embeddings,
      modelType: config.model_type,
      padTokenId,
    })
    const pooling = await readPooling(files)
    const made = await embeddingGraph({ graph, path: localPath(files, file), file, config: pooling })
    const isDynamicInt8 = graph.operators.has('DynamicQuantizeLinear')
    const alone = isDynamicInt8 && !settings.batchDynamicInt8
    const model = embeddingModel({
      inputs: new Set(graph.inputs.map(({ name }) => name)),
      output: made.output,
      pooling: made.isExtended ? pooling.pooling : undefined,
      padTokenId,
      alone,
      device: settings.device,
    })
    const probe = (length: number) => Array.from({ length }, () => padTokenId)
    const runs = [1, Math.min(maxTokens, 24), Math.min(maxTokens, 128)]
    const batchOf = (length: number) => (alone ? 1 : Math.max(1, Math.min(16, Math.floor(model.costMax / length))))
    return {
      graphPath: made.path,
      describe: {
        maxTokens,
        pooling: made.isExtended ? pooling.pooling : 'in the graph',
        normalize: made.isExtended ? pooling.normalize : 'in the graph',
        poolingSource: made.isExtended ? pooling.source : made.output,
        ...(isDynamicInt8 && { quantization: dynamicInt8Note(alone) }),
      },
      warmUp: runs.map((length) => ({
        cost: length * batchOf(length),
        call: () => model.encode(Array.from({ length: batchOf(length) }, () => probe(length))),
      })),
      serve(createBatcher) {
        const batcher = createBatcher(model)
        const embeddings = createEmbeddings({ batcher, tokenizer, maxTokens, vocabularySize: config.vocab_size })
        return { queue: batcher, embeddings, pipeline: embeddingPipeline({ embeddings, pooling }) }
      },
    }
  },
}

const dynamicInt8Note = (alone: boolean): string =>
  `dynamic int8: ${alone ? 'each text runs by itself' : 'a vector varies a little with what shares its batch'}`
