import { localPath } from '../../models/model-files.ts'
import { fixedBatch, inFixedBatches } from '../fixed-batch.ts'
import { describeSparse } from '../sparse/open-sparse.ts'
import { logitsOf } from '../sparse/sparse-model.ts'
import { wordCostMax } from '../sparse/word-cost.ts'
import { largestOutput, wordGraph } from '../sparse/word-graph.ts'
import { hiddenPlaces } from '../sparse/word-places.ts'
import type { ModelSource, OpenedTask, Task } from '../task.ts'
import { openTextModel, rowKey, tokenModel, warmUpRuns } from '../text/text-model.ts'
import { tokenizerCapability } from '../text/tokenizer-capability.ts'
import { type Candidate, candidatesOf, type Wanted } from './mask-candidates.ts'
import { type MaskedRow, maskPlaces, maskRows } from './mask-rows.ts'
import { readMask } from './mask-settings.ts'
import { maskedLmSparse, readMaskedLmSparse } from './masked-lm-sparse.ts'
import { fillMaskPipeline } from './pipeline.ts'

/** A mask costs as much as this many tokens: its answer has a number for every token of the vocabulary. */
const tokensPerMask = 6

const warmUpWanted: Wanted = { topK: 5, targets: undefined }

/** Predicts the masked words of a text, and offers the same model for sparse embeddings. */
export const fillMask: Task = {
  name: 'fill-mask',

  async open(source: ModelSource): Promise<OpenedTask> {
    const { file, files } = source
    const model = await openTextModel(source)
    const mask = await readMask(files, model.tokenizer)
    const logits = logitsOf(source)
    const { how, fault } = await readMaskedLmSparse(files)
    const counts = how?.config.pooling === 'sum'
    const gives = { largest: true, summed: counts ? how.config.logarithms : undefined }
    const path = await wordGraph({ path: localPath(files, file), file, logits: logits.name, gives })
    const tokens = tokenModel<MaskedRow, Candidate[][]>({
      model,
      outputs: [largestOutput],
      keyOf: (row) => `${row.topK}/${row.targets?.join() ?? ''}/${rowKey(row)}`,
      // Here and not when answering: the numbers of all masks of a request would be gigabytes.
      decode: (tensors, batch) =>
        maskRows(tensors, batch).map((masks, row) =>
          masks.map((numbers) => candidatesOf(numbers, batch[row] ?? warmUpWanted)),
        ),
    })
    const masked: typeof tokens = {
      ...tokens,
      costMax: wordCostMax({ device: source.settings.device, logits, ...model.texts }),
      sizeOf: (row) => Math.max(tokens.sizeOf(row), row.masks.length * tokensPerMask),
      encode(batch) {
        const { inputs, outputs } = tokens.encode(batch)
        return { inputs: { ...inputs, ...maskPlaces({ inputs: model.inputs, batch, counts }) }, outputs }
      },
    }
    const batches = inFixedBatches(masked, fixedBatch(source.graph.inputs))
    return {
      graphs: { main: path },
      describe: {
        ...model.describe,
        maskToken: mask.token,
        ...(how ? describeSparse(how.config, logits.shape) : { noSparseBecause: fault }),
      },
      warmUp: warmUpRuns(batches, { ...model.texts, rowOf: (ids) => ({ ids, masks: [0], ...warmUpWanted }) }),
      hidden: hiddenPlaces({ counts }),
      serve(createBatcher) {
        const batcher = createBatcher(batches)
        const sparse = how && maskedLmSparse({ model, logits, ...how, createBatcher })
        return {
          capabilities: { tokenizer: tokenizerCapability(model.tokenizer), ...(sparse && { sparse }) },
          explicitOnly: ['sparse'],
          pipeline: fillMaskPipeline({ model, mask, batcher }),
        }
      },
    }
  },
}
