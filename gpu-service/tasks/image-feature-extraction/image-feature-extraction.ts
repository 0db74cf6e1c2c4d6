import { errors, messageOf } from '../../../shared/errors.ts'
import type { Tensors } from '../../engine/engine.ts'
import { localPath } from '../../models/model-files.ts'
import { pruneGraph } from '../../models/prune-graph.ts'
import { mapInSlices } from '../../yield-turn.ts'
import { unit } from '../feature-extraction/pool-in-service.ts'
import { openPicturesOnly } from '../image/picture-model.ts'
import { pictureRows, pictureWarmUp } from '../image/picture-rows.ts'
import { describeIsolation, runsAlone } from '../isolation.ts'
import type { ModelSource, OpenedTask, Task } from '../task.ts'
import { timingOf } from '../timing.ts'
import { pictureVectors, vectorOutput, vectorOutputs } from './picture-vectors.ts'

/** Embeds pictures: returns CLIP's projected vector, else the pooled one, else that of the first token. */
export const imageFeatureExtraction: Task = {
  name: 'image-feature-extraction',

  async open({ files, file, graph, settings }: ModelSource): Promise<OpenedTask> {
    const output = vectorOutput(graph)
    if (output === undefined)
      throw errors.unsupportedModel(
        `"${file}" has none of the outputs ${vectorOutputs.join(', ')} of floats, so it returns no vector of a picture.`,
      )
    const path = localPath(files, file)
    // Removes what only other outputs need, such as the text inputs of a CLIP.
    const part = await pruneGraph({ path, part: { outputs: [output] } }).catch((error) => {
      throw error instanceof RangeError ? errors.unsupportedModel(`"${file}": ${messageOf(error)}.`) : error
    })
    const inputs = graph.inputs.filter(({ name }) => part.inputs.includes(name))
    const picture = await openPicturesOnly({ files, file, inputs, run: settings })
    const alone = runsAlone({ isolate: settings.isolate, graph })
    const decode = (tensors: Tensors, batch: readonly unknown[]) => pictureVectors(tensors, output, batch.length)
    const model = pictureRows({ picture, graph: 'main', output, alone, decode })
    return {
      graphs: { main: part.inputs.length === graph.inputs.length ? path : part.path },
      describe: {
        output,
        pooling: output === 'last_hidden_state' ? 'cls' : 'in the graph',
        ...picture.describe,
        ...describeIsolation({ isolate: settings.isolate, graph }),
      },
      warmUp: pictureWarmUp({ model, picture }),
      serve(createBatcher) {
        const batcher = createBatcher(model)
        return {
          capabilities: {},
          async pipeline({ inputs: given, parameters, options }) {
            const { signal } = options
            const normalize = readNormalize(parameters)
            const { planes } = await picture.readInputs({ inputs: given, asker: options })
            const results = await batcher.submitAll(planes, options)
            const rows = await mapInSlices({
              items: results,
              signal,
              map: (result) => JSON.stringify(Array.from(normalize ? unit(result.output) : result.output)),
            })
            return { json: `[${rows.join(',')}]`, timing: timingOf(results) }
          },
        }
      },
    }
  },
}

function readNormalize({ normalize, pool }: Record<string, unknown>): boolean {
  if (pool === false) throw errors.invalidInput('"pool" cannot be false: one vector per picture is served.', 'pool')
  if (normalize === undefined || normalize === null) return false
  if (typeof normalize !== 'boolean') throw errors.invalidInput('"normalize" must be true or false.', 'normalize')
  return normalize
}
