import { localPath } from '../../models/model-files.ts'
import type { ModelSource, OpenedTask, Task } from '../task.ts'
import { openTextModel, outputNamed, rowKey, tokenModel, warmUpRuns } from '../text/text-model.ts'
import type { TokenRow } from '../text/token-tensors.ts'
import { tokenizerCapability } from '../text/tokenizer-capability.ts'
import { readMask } from './mask-settings.ts'
import { fillMaskPipeline } from './pipeline.ts'

/** A text with masks in it, and where they are. */
export interface MaskedRow extends TokenRow {
  masks: readonly number[]
}

/** Words for the gaps of a text. */
export const fillMask: Task = {
  name: 'fill-mask',

  async open(source: ModelSource): Promise<OpenedTask> {
    const { graph, file, files } = source
    const model = await openTextModel(source)
    const mask = await readMask(files, model.tokenizer)
    const output = outputNamed({ graph, file, names: ['logits'] })
    const batches = tokenModel<MaskedRow, Float32Array[]>({
      model,
      outputs: [output],
      keyOf: rowKey,
      decode: (tensors, batch) => maskRows({ tensor: tensors[output], batch }),
    })
    return {
      graphs: { main: localPath(files, file) },
      describe: { ...model.describe, maskToken: mask.token },
      warmUp: warmUpRuns(batches, { ...model.texts, rowOf: (ids) => ({ ids, masks: [0] }) }),
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

/** Copies of what the model says of the masks: the rest, a number per token and word of the vocabulary, is let go. */
function maskRows({ tensor, batch }: MaskRows): Float32Array[][] {
  if (!(tensor?.data instanceof Float32Array)) throw new Error('the output is not float32')
  const { data, dims } = tensor
  const [, width = 0, vocabulary = 0] = dims
  return batch.map(({ masks }, row) =>
    masks.map((position) => {
      const start = (row * width + position) * vocabulary
      return data.slice(start, start + vocabulary)
    }),
  )
}

interface MaskRows {
  tensor: { data: unknown; dims: readonly number[] } | undefined
  batch: readonly MaskedRow[]
}
