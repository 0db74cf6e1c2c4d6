import { localPath } from '../../models/model-files.ts'
import { fixedBatch, inFixedBatches } from '../fixed-batch.ts'
import type { ModelSource, OpenedTask, Task } from '../task.ts'
import { assertNumbers, openTextModel, outputNamed, outputRows, tokenModel, warmUpRuns } from '../text/text-model.ts'
import type { TokenRow } from '../text/token-tensors.ts'
import { tokenizerCapability } from '../text/tokenizer-capability.ts'
import type { StartsAndEnds } from './answer-spans.ts'
import { questionPipeline } from './pipeline.ts'

/** Finds the answer to a question in a text. */
export const questionAnswering: Task = {
  name: 'question-answering',

  async open(source: ModelSource): Promise<OpenedTask> {
    const { graph, file, files } = source
    const model = await openTextModel(source)
    const start = outputNamed({ graph, file, name: 'start_logits', rank: 2 })
    const end = outputNamed({ graph, file, name: 'end_logits', rank: 2 })
    const tokens = tokenModel<TokenRow, StartsAndEnds>({
      model,
      outputs: [start, end],
      decode(tensors, batch) {
        const starts = outputRows(tensors[start], batch.length)
        const ends = outputRows(tensors[end], batch.length)
        const own = (rows: Float32Array[], index: number) =>
          assertNumbers(rows[index]?.subarray(0, batch[index]?.ids.length) ?? new Float32Array())
        return batch.map((_, index) => ({ start: own(starts, index), end: own(ends, index) }))
      },
    })
    const batches = inFixedBatches(tokens, fixedBatch(graph.inputs))
    return {
      graphs: { main: localPath(files, file) },
      describe: model.describe,
      warmUp: warmUpRuns(batches, { ...model.texts, rowOf: (ids) => ({ ids }) }),
      serve(createBatcher) {
        const batcher = createBatcher(batches)
        return {
          capabilities: { tokenizer: tokenizerCapability(model.tokenizer) },
          pipeline: questionPipeline({ model, batcher }),
        }
      },
    }
  },
}
