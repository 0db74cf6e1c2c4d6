import { errors } from '../../../shared/errors.ts'
import { localPath } from '../../models/model-files.ts'
import { readPictureInputs } from '../image/picture-input.ts'
import { picturesMax } from '../image/picture-limits.ts'
import { openPictureModel, type PictureModel, rowsOf } from '../image/picture-model.ts'
import type { Planes } from '../image/pixel-values.ts'
import { describeIsolation, runsAlone } from '../isolation.ts'
import { labelScores, readLabels, readScoreOptions } from '../label-scores.ts'
import { type ModelSource, type OpenedTask, type Task, type TaskModel, timingOf } from '../task.ts'

/** As many classes as Hugging Face's pipeline answers with. */
const topKDefault = 5

/** Pictures to classes. */
export const imageClassification: Task = {
  name: 'image-classification',

  async open({ files, file, graph, settings }: ModelSource): Promise<OpenedTask> {
    const output =
      graph.outputs.find(({ name }) => name === 'logits') ?? graph.outputs.find(({ shape }) => shape?.length === 2)
    if (output?.type !== 'float32')
      throw errors.unsupportedModel(`"${file}" has no output of one number per class, such as "logits".`)
    const picture = await openPictureModel({ files, file, inputs: graph.inputs, run: settings })
    const foreign = graph.inputs.find(({ name }) => name !== picture.input)
    if (foreign !== undefined)
      throw errors.unsupportedModel(`"${file}" takes an input "${foreign.name}" besides pictures.`)
    const classes = output.shape?.[1]
    const labels = await readLabels(files, typeof classes === 'number' && classes > 0 ? classes : undefined)
    const model = classifier({ picture, output: output.name, alone: runsAlone({ isolate: settings.isolate, graph }) })
    return {
      graphs: { main: localPath(files, file) },
      describe: {
        labels: labels.names.slice(0, 1000),
        ...picture.describe,
        ...describeIsolation({ isolate: settings.isolate, graph }),
      },
      warmUp: warmUpCounts(model.itemsMax).map((count) => ({
        graph: 'main',
        cost: count,
        call: () => model.encode(Array(count).fill(picture.blank)),
      })),
      serve(createBatcher) {
        const batcher = createBatcher(model)
        return {
          capabilities: {},
          async pipeline({ inputs, parameters, options }) {
            const { signal } = options
            const scoring = readScoreOptions(parameters, { topK: topKDefault, apply: labels.defaultFunction })
            const { pictures, isList } = readPictureInputs(inputs, picturesMax)
            const read = pictures.map((one, index) =>
              picture.read({ picture: one, param: isList ? `inputs[${index}]` : 'inputs', signal }),
            )
            const results = await batcher.submitAll(await Promise.all(read), options)
            const answers = results.map(({ output }) =>
              labelScores({ logits: output, names: labels.names, ...scoring }),
            )
            return { json: JSON.stringify(isList ? answers : answers[0]), timing: timingOf(results) }
          },
        }
      },
    }
  },
}

function classifier({ picture, output, alone }: ClassifierOptions): TaskModel<Planes, Float32Array> {
  return {
    graph: 'main',
    sizeOf: () => 1,
    costMax: picture.itemsMax,
    itemsMax: alone ? 1 : picture.itemsMax,
    encode: (batch) => ({ inputs: { [picture.input]: picture.tensor(batch) }, outputs: [output] }),
    decode: (tensors, batch) => rowsOf(tensors, output, batch.length),
  }
}

interface ClassifierOptions {
  picture: PictureModel
  output: string
  alone: boolean
}

/** One picture, and as many as a run may have. */
export const warmUpCounts = (itemsMax: number): number[] => (itemsMax === 1 ? [1] : [1, itemsMax])
