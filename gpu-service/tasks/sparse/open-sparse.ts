import { localPath } from '../../models/model-files.ts'
import { createTextInputs } from '../feature-extraction/text-inputs.ts'
import { readTextModel } from '../feature-extraction/text-model.ts'
import { warmUpRuns } from '../feature-extraction/warm-up.ts'
import { describeIsolation } from '../isolation.ts'
import type { ModelSource, OpenedTask } from '../task.ts'
import { readTokenInputs } from '../text/token-tensors.ts'
import { tokenizerCapability } from '../text/tokenizer-capability.ts'
import { createSparse } from './sparse.ts'
import type { SparseConfig } from './sparse-config.ts'
import { logitsOf, sparseModel } from './sparse-model.ts'
import { sparsePipeline } from './sparse-pipeline.ts'
import { wordCount } from './word-cost.ts'
import { wordGraph } from './word-graph.ts'
import { hiddenPlaces } from './word-places.ts'

/** Opens a masked language model for sparse embeddings. @throws AppError `unsupported_model` */
export async function openSparse(source: ModelSource, config: SparseConfig): Promise<OpenedTask> {
  const { files, file, graph, settings } = source
  const inputs = readTokenInputs({ graph, file })
  const { tokenizer, settings: texts, prompts } = await readTextModel(source, inputs)
  const logits = logitsOf(source)
  const gives = config.pooling === 'max' ? { largest: true } : { summed: config.logarithms }
  const path = await wordGraph({ path: localPath(files, file), file, logits: logits.name, gives })
  const model = sparseModel({ source, inputs, texts, config, logits })
  return {
    graphs: { main: path },
    describe: {
      maxTokens: texts.maxTokens,
      ...describeSparse(config, logits.shape),
      ...describeIsolation({ isolate: settings.isolate, graph }),
    },
    warmUp: warmUpRuns(model, texts),
    hidden: hiddenPlaces({ counts: config.pooling === 'sum' }),
    serve(createBatcher) {
      const encoder = createTextInputs({ ...texts, tokenizer, includePrompt: true })
      const words = wordCount({ logits, ...texts })
      const sparse = createSparse({ ...texts, batcher: createBatcher(model), texts: encoder, prompts, config, words })
      const capabilities = { sparse, tokenizer: tokenizerCapability(tokenizer) }
      return { capabilities, pipeline: sparsePipeline(sparse) }
    },
  }
}

/** The fields in `/info`: how a text's weights are made, and which file configures it. */
export function describeSparse(config: SparseConfig, shape: readonly (number | string)[] | undefined) {
  const { pooling, source, weightsMax } = config
  const words = shape?.at(-1)
  return {
    pooling: 'splade',
    wordPooling: pooling,
    poolingSource: source,
    ...(weightsMax !== undefined && { maxActiveDims: weightsMax }),
    ...(typeof words === 'number' && words > 0 && { dimensions: words }),
  }
}
