import { localPath } from '../../models/model-files.ts'
import { fixedBatch, inFixedBatches } from '../fixed-batch.ts'
import { describeIsolation, runsAlone } from '../isolation.ts'
import { openSparse } from '../sparse/open-sparse.ts'
import { readSparse } from '../sparse/sparse-config.ts'
import type { ModelSource, OpenedTask, Task } from '../task.ts'
import { readTokenInputs } from '../text/token-tensors.ts'
import { tokenizerCapability } from '../text/tokenizer-capability.ts'
import { type EmbeddingGraph, embeddingGraph } from './embedding-graph.ts'
import { embeddingModel } from './embedding-model.ts'
import { createEmbeddings } from './embeddings.ts'
import { assertTokenVectors } from './encoder-config.ts'
import { hiddenTensors } from './hidden-tensors.ts'
import { embeddingPipeline } from './pipeline.ts'
import { normalizes, type PoolingConfig, readPooling } from './pooling-config.ts'
import { createTextInputs } from './text-inputs.ts'
import { readTextModel } from './text-model.ts'
import { readVectorLength } from './vector-length.ts'
import { warmUpRuns } from './warm-up.ts'

/** Dense embeddings as sentence-transformers makes them, or sparse ones over the vocabulary. */
export const featureExtraction: Task = {
  name: 'feature-extraction',

  async open(source: ModelSource): Promise<OpenedTask> {
    const { files, file, graph, settings } = source
    const sparse = await readSparse(files, graph)
    if (sparse !== undefined) return openSparse(source, sparse)
    const pooling = await readPooling(files)
    const truncatesTo = await readVectorLength(files)
    const inputs = readTokenInputs({ graph, file })
    const { tokenizer, settings: settingsOfTexts, prompts } = await readTextModel(source, inputs)
    const skipsPrompt = !pooling.includePrompt && prompts.names.some((name) => prompts.named(name) !== '')
    const made = await embeddingGraph({ graph, path: localPath(files, file), file, config: pooling, skipsPrompt })
    if (made.pooledBy !== 'file') await assertTokenVectors(files)
    const plain = embeddingModel({
      inputs,
      graph: made,
      pooling,
      padTokenId: settingsOfTexts.padTokenId,
      positionOffset: settingsOfTexts.positionOffset,
      alone: runsAlone({ isolate: settings.isolate, graph }),
      device: settings.device,
    })
    const model = inFixedBatches(plain, fixedBatch(graph.inputs))
    return {
      graphs: { main: made.path },
      describe: {
        maxTokens: settingsOfTexts.maxTokens,
        ...describePooling(pooling, made, truncatesTo),
        ...(prompts.names.length > 0 && { prompts: prompts.names, defaultPrompt: prompts.defaultName ?? null }),
        ...describeIsolation({ isolate: settings.isolate, graph }),
      },
      warmUp: warmUpRuns(model, settingsOfTexts),
      hidden: hiddenTensors({ made, pooling }),
      serve(createBatcher) {
        const embeddings = createEmbeddings({
          ...settingsOfTexts,
          batcher: createBatcher(model),
          texts: createTextInputs({ ...settingsOfTexts, ...pooling, tokenizer }),
          prompts,
          normalizes: normalizes(pooling),
          hasRaw: made.pooledBy !== 'file',
          hasTokens: made.outputs.tokens !== undefined,
          truncatesTo,
          width: made.width,
        })
        const capabilities = { embeddings, tokenizer: tokenizerCapability(tokenizer) }
        return { capabilities, pipeline: embeddingPipeline(embeddings) }
      },
    }
  },
}

/** The fields in `/info`: how a text's vector is made, by what, and which file configures it. */
function describePooling(config: PoolingConfig, { pooledBy, outputs, width }: EmbeddingGraph, truncatesTo = Infinity) {
  const inFile = pooledBy === 'file'
  return {
    pooling: inFile ? 'in the graph' : config.modes.join('+'),
    normalize: inFile ? 'in the graph' : normalizes(config),
    poolingSource: inFile ? outputs.vector : config.source,
    pooledBy,
    ...(width.text !== undefined && { dimensions: Math.min(width.text, truncatesTo) }),
  }
}
