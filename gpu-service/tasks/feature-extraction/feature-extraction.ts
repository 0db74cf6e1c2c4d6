import { localPath } from '../../models/model-files.ts'
import { describeIsolation, runsAlone } from '../isolation.ts'
import type { ModelSource, OpenedTask, Task, TaskModel, WarmUpRun } from '../task.ts'
import { readTextSettings, type TextSettings } from '../text/text-settings.ts'
import { openTokenizer } from '../text/tokenizer.ts'
import { embeddingGraph } from './embedding-graph.ts'
import { embeddingModel } from './embedding-model.ts'
import { createEmbeddings, type Embedding, type Tokens } from './embeddings.ts'
import { embeddingPipeline } from './pipeline.ts'
import { readPooling } from './pooling-config.ts'

/** Texts to vectors, as sentence-transformers makes them. */
export const featureExtraction: Task = {
  name: 'feature-extraction',

  async open({ files, file, graph, settings }: ModelSource): Promise<OpenedTask> {
    const tokenizer = await openTokenizer(files)
    const texts = await readTextSettings(files, tokenizer)
    const pooling = await readPooling(files)
    const made = await embeddingGraph({ graph, path: localPath(files, file), file, config: pooling })
    const alone = runsAlone({ isolate: settings.isolate, graph })
    const model = embeddingModel({
      inputs: new Set(graph.inputs.map(({ name }) => name)),
      output: made.output,
      pooling: made.isExtended ? pooling.pooling : undefined,
      padTokenId: texts.padTokenId,
      alone,
      device: settings.device,
    })
    return {
      graphs: { main: made.path },
      describe: {
        maxTokens: texts.maxTokens,
        pooling: made.isExtended ? pooling.pooling : 'in the graph',
        normalize: made.isExtended ? pooling.normalize : 'in the graph',
        poolingSource: made.isExtended ? pooling.source : made.output,
        ...describeIsolation({ isolate: settings.isolate, graph }),
      },
      warmUp: warmUpRuns(model, texts),
      serve(createBatcher) {
        const batcher = createBatcher(model)
        const embeddings = createEmbeddings({ batcher, tokenizer, ...texts })
        return { capabilities: { embeddings }, pipeline: embeddingPipeline({ embeddings, pooling }) }
      },
    }
  },
}

/** One short text, and full batches of short and of longer ones. */
function warmUpRuns({ encode, costMax, itemsMax }: TaskModel<Tokens, Embedding>, texts: TextSettings): WarmUpRun[] {
  return [1, 24, 128].map((asked) => {
    const length = Math.min(asked, texts.maxTokens)
    const count = asked === 1 ? 1 : Math.max(1, Math.min(16, itemsMax, Math.floor(costMax / length)))
    const batch = Array.from({ length: count }, () => Array.from({ length }, () => texts.padTokenId))
    return { graph: 'main', cost: length * count, call: () => encode(batch) }
  })
}
