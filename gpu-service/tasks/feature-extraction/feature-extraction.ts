import { localPath } from '../../models/model-files.ts'
import { describeIsolation, runsAlone } from '../isolation.ts'
import type { ModelSource, OpenedTask, Task, TaskModel, WarmUpRun } from '../task.ts'
import { readTextSettings, type TextSettings } from '../text/text-settings.ts'
import { readTokenInputs } from '../text/token-tensors.ts'
import { openTokenizer } from '../text/tokenizer.ts'
import { tokenizerCapability } from '../text/tokenizer-capability.ts'
import { type EmbeddingGraph, embeddingGraph } from './embedding-graph.ts'
import { embeddingModel } from './embedding-model.ts'
import { createEmbeddings, type Embedding, type EmbeddingInput } from './embeddings.ts'
import { embeddingPipeline } from './pipeline.ts'
import { normalizes, type PoolingConfig, readPooling } from './pooling-config.ts'
import { readPrompts } from './prompts.ts'
import { createTextInputs } from './text-inputs.ts'

/** Texts to vectors, as sentence-transformers makes them. */
export const featureExtraction: Task = {
  name: 'feature-extraction',

  async open({ files, file, graph, settings }: ModelSource): Promise<OpenedTask> {
    const tokenizer = await openTokenizer(files)
    const settingsOfTexts = await readTextSettings(files, tokenizer)
    const prompts = await readPrompts(files)
    const pooling = await readPooling(files)
    const made = await embeddingGraph({ graph, path: localPath(files, file), file, config: pooling })
    const model = embeddingModel({
      inputs: readTokenInputs({ graph, file }),
      graph: made,
      pooling,
      padTokenId: settingsOfTexts.padTokenId,
      positionOffset: settingsOfTexts.positionOffset,
      alone: runsAlone({ isolate: settings.isolate, graph }),
      device: settings.device,
    })
    return {
      graphs: { main: made.path },
      describe: {
        maxTokens: settingsOfTexts.maxTokens,
        ...describePooling(pooling, made),
        ...(prompts.names.length > 0 && { prompts: prompts.names, defaultPrompt: prompts.defaultName ?? null }),
        ...describeIsolation({ isolate: settings.isolate, graph }),
      },
      warmUp: warmUpRuns(model, settingsOfTexts),
      serve(createBatcher) {
        const embeddings = createEmbeddings({
          ...settingsOfTexts,
          batcher: createBatcher(model),
          texts: createTextInputs({ ...settingsOfTexts, ...pooling, tokenizer }),
          prompts,
          normalizes: normalizes(pooling),
          hasRaw: made.pooledBy !== 'file',
          hasTokens: made.outputs.tokens !== undefined,
          width: made.width,
        })
        const capabilities = { embeddings, tokenizer: tokenizerCapability(tokenizer) }
        return { capabilities, pipeline: embeddingPipeline(embeddings) }
      },
    }
  },
}

/** For `/info`: how a text's vector is made, by what, and which file says so. */
function describePooling(config: PoolingConfig, { pooledBy, outputs, width }: EmbeddingGraph) {
  const inFile = pooledBy === 'file'
  return {
    pooling: inFile ? 'in the graph' : config.modes.join('+'),
    normalize: inFile ? 'in the graph' : normalizes(config),
    poolingSource: inFile ? outputs.vector : config.source,
    pooledBy,
    ...(width.text !== undefined && { dimensions: width.text }),
  }
}

/** One short text, and full batches of short and of longer ones. */
function warmUpRuns(
  { encode, costMax, itemsMax }: TaskModel<EmbeddingInput, Embedding>,
  texts: TextSettings,
): WarmUpRun[] {
  return [1, 24, 128].map((asked) => {
    const length = Math.min(asked, texts.maxTokens)
    const count = asked === 1 ? 1 : Math.max(1, Math.min(16, itemsMax, Math.floor(costMax / length)))
    const ids = Array.from({ length }, () => texts.padTokenId)
    const batch = Array.from({ length: count }, () => ({ ids, wanted: 'vector' as const }))
    return { graph: 'main', cost: length * count, call: () => encode(batch) }
  })
}
