import { localPath } from '../../models/model-files.ts'
import { fixedBatch, inFixedBatches } from '../fixed-batch.ts'
import { readLabels } from '../label-scores.ts'
import type { ModelSource, OpenedTask, Task } from '../task.ts'
import { assertNumbers, openTextModel, outputNamed, outputRows, tokenModel, warmUpRuns } from '../text/text-model.ts'
import type { TokenRow } from '../text/token-tensors.ts'
import { tokenizerCapability } from '../text/tokenizer-capability.ts'
import { entityPipeline } from './pipeline.ts'

/** Finds names, places and the like in texts: classifies each token and groups tokens of the same class. */
export const tokenClassification: Task = {
  name: 'token-classification',

  async open(source: ModelSource): Promise<OpenedTask> {
    const { graph, file, files } = source
    const model = await openTextModel(source)
    const output = outputNamed({ graph, file, name: 'logits', rank: 3 })
    const classes = graph.outputs.find(({ name }) => name === output)?.shape?.at(-1)
    const labels = await readLabels(files, typeof classes === 'number' && classes > 0 ? classes : undefined)
    const tokens = tokenModel<TokenRow, Float32Array<ArrayBuffer>>({
      model,
      outputs: [output],
      decode: (tensors, batch) => {
        const classCount = tensors[output]?.dims.at(-1) ?? 0
        const rows = outputRows(tensors[output], batch.length)
        const lengthOf = (index: number) => (batch[index]?.ids.length ?? 0) * classCount
        return rows.map((row, index) => assertNumbers(row.subarray(0, lengthOf(index))))
      },
    })
    const batches = inFixedBatches(tokens, fixedBatch(graph.inputs))
    return {
      graphs: { main: localPath(files, file) },
      describe: { ...model.describe, labels: labels.names.slice(0, 1000) },
      warmUp: warmUpRuns(batches, { ...model.texts, rowOf: (ids) => ({ ids }) }),
      serve(createBatcher) {
        const batcher = createBatcher(batches)
        return {
          capabilities: { tokenizer: tokenizerCapability(model.tokenizer) },
          pipeline: entityPipeline({ model, names: labels.names, batcher }),
        }
      },
    }
  },
}
