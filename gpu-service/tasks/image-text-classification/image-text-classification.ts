import { errors } from '../../../shared/errors.ts'
import { localPath } from '../../models/model-files.ts'
import { createTextInputs } from '../feature-extraction/text-inputs.ts'
import { fixedBatch, inFixedBatches } from '../fixed-batch.ts'
import { isFloatType, rowsOf } from '../float-tensors.ts'
import { openPictureModel, type PictureModel } from '../image/picture-model.ts'
import type { Planes } from '../image/pixel-values.ts'
import { describeIsolation, runsAlone } from '../isolation.ts'
import { labelScores, readLabels, readScoreOptions } from '../label-scores.ts'
import type { ModelSource, OpenedTask, Task } from '../task.ts'
import type { TaskModel } from '../task-model.ts'
import { openTokenizer } from '../text/open-tokenizer.ts'
import { readTextSettings } from '../text/text-settings.ts'
import { readTokenInputs, type TokenInputs, tokenTensors } from '../text/token-tensors.ts'
import { timingOf } from '../timing.ts'
import { answersJson } from '../write-json.ts'
import { readPairInputs } from './pair-input.ts'

/** Classifies pairs of a picture and a text, with models such as FLAVA. */
export const imageTextClassification: Task = {
  name: 'image-text-classification',

  async open({ files, file, graph, settings }: ModelSource): Promise<OpenedTask> {
    const output = graph.outputs.find(({ name }) => name === 'logits')
    if (output === undefined || !isFloatType(output.type))
      throw errors.unsupportedModel(`"${file}" has no output "logits" of one number per class.`)
    const picture = await openPictureModel({ files, file, inputs: graph.inputs, run: settings })
    const tokenizer = await openTokenizer(files, settings.slowTexts)
    const texts = { inputs: graph.inputs.filter(({ name }) => name !== picture.input) }
    const tokenInputs = readTokenInputs({ graph: texts, file })
    const { maxTokens, padTokenId } = await readTextSettings({ files, tokenizer, inputs: tokenInputs })
    const classes = output.shape?.[1]
    const labels = await readLabels(files, typeof classes === 'number' && classes > 0 ? classes : undefined)
    const alone = runsAlone({ isolate: settings.isolate, graph })
    const pairs = pairModel({ picture, tokenInputs, padTokenId, output: output.name, alone })
    const model = inFixedBatches(pairs, fixedBatch(graph.inputs))
    const textInputs = createTextInputs({ tokenizer, maxTokens, includePrompt: true })
    const blank = { planes: picture.blank, ids: tokenizer.encode('what is written with a picture', maxTokens) }
    return {
      graphs: { main: localPath(files, file) },
      describe: {
        labels: labels.names.slice(0, 1000),
        maxTokens,
        ...picture.describe,
        ...describeIsolation({ isolate: settings.isolate, graph }),
      },
      warmUp: (model.itemsMax === 1 ? [1] : [1, model.itemsMax]).map((count) => ({
        graph: 'main',
        cost: count,
        call: () => model.encode(Array<Pair>(count).fill(blank)),
      })),
      serve(createBatcher) {
        const batcher = createBatcher(model)
        return {
          capabilities: {},
          async pipeline({ inputs, parameters, options }) {
            const { signal } = options
            const defaults = { topK: labels.names.length, apply: labels.defaultFunction }
            const scoring = readScoreOptions(parameters, defaults)
            const { pairs, isList } = readPairInputs(inputs)
            const texts = pairs.map(({ text }) => text)
            const [rows, planes] = await Promise.all([
              textInputs.encode({ texts, prompt: '', signal }),
              picture.readAll(pairs, options),
            ])
            const asked = planes.map((one, index) => ({ planes: one, ids: rows[index]?.ids ?? [] }))
            const results = await batcher.submitAll(asked, options)
            const json = await answersJson({
              items: results,
              isList,
              write: ({ output: logits }) => JSON.stringify(labelScores({ logits, names: labels.names, ...scoring })),
              signal,
            })
            return {
              json,
              timing: timingOf(results),
              tokens: rows.reduce((total, { ids }) => total + ids.length, 0),
            }
          },
        }
      },
    }
  },
}

interface Pair {
  planes: Planes
  ids: readonly number[]
}

function pairModel({ picture, tokenInputs, padTokenId, output, alone }: PairModel): TaskModel<Pair, Float32Array> {
  return {
    graph: 'main',
    // The picture is most of the work.
    sizeOf: () => 1,
    tokensOf: ({ ids }) => ids.length,
    costMax: picture.itemsMax,
    itemsMax: alone ? 1 : picture.itemsMax,
    encode: (batch) => ({
      inputs: {
        [picture.input]: picture.tensor(batch.map(({ planes }) => planes)),
        ...tokenTensors({ inputs: tokenInputs, batch, padTokenId }),
      },
      outputs: [output],
    }),
    decode: (tensors, batch) => rowsOf(tensors, output, batch.length),
  }
}

interface PairModel {
  picture: PictureModel
  tokenInputs: TokenInputs
  padTokenId: number
  output: string
  /** One pair per run, because the others in a batch would change its answer. */
  alone: boolean
}
