import { localPath } from '../../models/model-files.ts'
import type { ModelSource, OpenedTask, Task } from '../task.ts'
import { openTextModel, outputNamed, rowKey, tokenModel, warmUpRuns } from '../text/text-model.ts'
import type { TokenRow } from '../text/token-tensors.ts'
import { tokenizerCapability } from '../text/tokenizer-capability.ts'
import { type Candidate, candidatesOf, type Wanted } from './fillings.ts'
import { gatherMasks, maskedOutput, maskRows, masksInput, masksTensor } from './mask-nodes.ts'
import { readMask } from './mask-settings.ts'
import { fillMaskPipeline } from './pipeline.ts'

/** A text with masks in it, where they are, and what is wanted for them. */
export interface MaskedRow extends TokenRow, Wanted {
  masks: readonly number[]
}

/** A mask is as much work as so many tokens: its answer has a number for every token of the vocabulary. */
const tokensPerMask = 6

const warmUpWanted: Wanted = { topK: 5, targets: undefined }

/** Words for the gaps of a text. */
export const fillMask: Task = {
  name: 'fill-mask',

  async open(source: ModelSource): Promise<OpenedTask> {
    const { graph, file, files } = source
    const model = await openTextModel(source)
    const mask = await readMask(files, model.tokenizer)
    const output = outputNamed({ graph, file, name: 'logits', rank: 3 })
    const path = await gatherMasks({ path: localPath(files, file), output })
    const tokens = tokenModel<MaskedRow, Candidate[][]>({
      model,
      outputs: [maskedOutput],
      keyOf: (row) => `${rowKey(row)}/${row.topK}/${row.targets?.join() ?? ''}`,
      // At once, because all numbers of all masks of a request would be gigabytes to keep until it is answered.
      decode: (tensors, batch) =>
        maskRows({ tensor: tensors[maskedOutput], batch }).map((masks, row) =>
          masks.map((logits) => candidatesOf(logits, batch[row] ?? warmUpWanted)),
        ),
    })
    const batches: typeof tokens = {
      ...tokens,
      sizeOf: (row) => Math.max(tokens.sizeOf(row), row.masks.length * tokensPerMask),
      encode(batch) {
        const { inputs, outputs } = tokens.encode(batch)
        return { inputs: { ...inputs, [masksInput]: masksTensor(batch) }, outputs }
      },
    }
    return {
      graphs: { main: path },
      describe: { ...model.describe, maskToken: mask.token },
      warmUp: warmUpRuns(batches, { ...model.texts, rowOf: (ids) => ({ ids, masks: [0], ...warmUpWanted }) }),
      serve(createBatcher) {
        const batcher = createBatcher(batches)
        return {
          capabilities: { tokenizer: tokenizerCapability(model.tokenizer) },
          pipeline: fillMaskPipeline({ model, mask, batcher }),
        }
      },
    }
  },
}
