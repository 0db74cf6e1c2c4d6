import { errors } from '../../../shared/errors.ts'
import { localPath } from '../../models/model-files.ts'
import { isFloatType } from '../float-tensors.ts'
import { openPicturesOnly } from '../image/picture-model.ts'
import { pictureRows, pictureWarmUp } from '../image/picture-rows.ts'
import { describeIsolation, runsAlone } from '../isolation.ts'
import { labelScores, readLabels, readScoreOptions } from '../label-scores.ts'
import type { ModelSource, OpenedTask, Task } from '../task.ts'
import { timingOf } from '../timing.ts'
import { answersJson } from '../write-json.ts'

/** The default of Hugging Face's pipeline. */
const topKDefault = 5

/** Classifies pictures. */
export const imageClassification: Task = {
  name: 'image-classification',

  async open({ files, file, graph, settings }: ModelSource): Promise<OpenedTask> {
    const output =
      graph.outputs.find(({ name }) => name === 'logits') ?? graph.outputs.find(({ shape }) => shape?.length === 2)
    if (output === undefined || !isFloatType(output.type))
      throw errors.unsupportedModel(`"${file}" has no output of one number per class, such as "logits".`)
    const picture = await openPicturesOnly({ files, file, inputs: graph.inputs, run: settings })
    const classes = output.shape?.[1]
    const labels = await readLabels(files, typeof classes === 'number' && classes > 0 ? classes : undefined)
    const alone = runsAlone({ isolate: settings.isolate, graph })
    const model = pictureRows({ picture, graph: 'main', output: output.name, alone })
    return {
      graphs: { main: localPath(files, file) },
      describe: {
        labels: labels.names.slice(0, 1000),
        ...picture.describe,
        ...describeIsolation({ isolate: settings.isolate, graph }),
      },
      warmUp: pictureWarmUp({ model, picture }),
      serve(createBatcher) {
        const batcher = createBatcher(model)
        return {
          capabilities: {},
          async pipeline({ inputs, parameters, options }) {
            const scoring = readScoreOptions(parameters, { topK: topKDefault, apply: labels.defaultFunction })
            const { planes, isList } = await picture.readInputs({ inputs, asker: options })
            const results = await batcher.submitAll(planes, options)
            const json = await answersJson({
              items: results,
              isList,
              write: ({ output: logits }) => JSON.stringify(labelScores({ logits, names: labels.names, ...scoring })),
              signal: options.signal,
            })
            return { json, timing: timingOf(results) }
          },
        }
      },
    }
  },
}
