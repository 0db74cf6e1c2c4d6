import { localPath } from '../../models/model-files.ts'
import type { ModelSource, OpenedTask, Task } from '../task.ts'
import { openTextModel, outputNamed, tokenModel, warmUpRuns } from '../text/text-model.ts'
import type { TokenRow } from '../text/token-tensors.ts'
import { tokenizerCapability } from '../text/tokenizer-capability.ts'
import { gatherMasks, maskedOutput, maskRows, masksInput, masksTensor } from './mask-nodes.ts'
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
    const output = outputNamed({ graph, file, name: 'logits', rank: 3 })
    const path = await gatherMasks({ path: localPath(files, file), output })
    const tokens = tokenModel<MaskedRow, Float32Array[]>({
      model,
      outputs: [maskedOutput],
      decode: (tensors, batch) => maskRows({ tensor: tensors[maskedOutput], batch }),
    })
    const batches: typeof tokens = {
      ...tokens,
      encode(batch) {
        const { inputs, outputs } = tokens.encode(batch)
        return { inputs: { ...inputs, [masksInput]: masksTensor(batch) }, outputs }
      },
    }
    return {
      graphs: { main: path },
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
