import { errors } from '../../../shared/errors.ts'
import { localPath } from '../../models/model-files.ts'
import { embeddingGraph } from '../feature-extraction/embedding-graph.ts'
import { embeddingModel } from '../feature-extraction/embedding-model.ts'
import { createTextInputs } from '../feature-extraction/text-inputs.ts'
import { readTextModel } from '../feature-extraction/text-model.ts'
import { warmUpRuns } from '../feature-extraction/warm-up.ts'
import { describeIsolation, runsAlone } from '../isolation.ts'
import type { ModelSource, OpenedTask } from '../task.ts'
import { readTokenInputs } from '../text/token-tensors.ts'
import { tokenizerCapability } from '../text/tokenizer-capability.ts'
import { createSparse } from './sparse.ts'
import type { SparseConfig } from './sparse-config.ts'
import { sparsePipeline } from './sparse-pipeline.ts'

/** The largest logit of each word leaves the graph, and not those of every token. */
const largest = { modes: ['max'], steps: [] } as const
/** A text's answer is as long as the vocabulary, and each is gone through on the thread that answers. */
const itemsMax = 32

/** A model of masked words as one of sparse vectors. @throws AppError `unsupported_model` */
export async function openSparse(source: ModelSource, { logarithms, source: said }: SparseConfig): Promise<OpenedTask> {
  const { files, file, graph, settings } = source
  const { tokenizer, settings: texts, prompts } = await readTextModel(files)
  const logits =
    graph.outputs.find(({ name }) => name === 'logits') ?? graph.outputs.find(({ shape }) => shape?.length === 3)
  if (logits === undefined || !logits.type.startsWith('float'))
    throw errors.unsupportedModel(`"${file}" has no output of floats for every word, such as "logits".`)
  const made = await embeddingGraph({ graph, path: localPath(files, file), file, config: largest, tokens: logits })
  const model = embeddingModel({
    inputs: readTokenInputs({ graph, file }),
    graph: made,
    pooling: largest,
    padTokenId: texts.padTokenId,
    positionOffset: texts.positionOffset,
    alone: runsAlone({ isolate: settings.isolate, graph }),
    device: settings.device,
  })
  const bounded = { ...model, itemsMax: Math.min(itemsMax, model.itemsMax), costMax: Math.min(2048, model.costMax) }
  return {
    graphs: { main: made.path },
    describe: {
      maxTokens: texts.maxTokens,
      pooling: 'splade',
      poolingSource: said,
      pooledBy: made.pooledBy,
      ...(made.width.text !== undefined && { dimensions: made.width.text }),
      ...describeIsolation({ isolate: settings.isolate, graph }),
    },
    warmUp: warmUpRuns(bounded, texts),
    serve(createBatcher) {
      const encoder = createTextInputs({ ...texts, tokenizer, includePrompt: true })
      const sparse = createSparse({ ...texts, batcher: createBatcher(bounded), texts: encoder, prompts, logarithms })
      const capabilities = { sparse, tokenizer: tokenizerCapability(tokenizer) }
      return { capabilities, pipeline: sparsePipeline(sparse) }
    },
  }
}
