import { errors } from '../../../shared/errors.ts'
import { isTensorType } from '../../engine/tensor-types.ts'
import { localPath } from '../../models/model-files.ts'
import { describeIsolation, runsAlone } from '../isolation.ts'
import type { ModelSource, OpenedTask, Task } from '../task.ts'
import { readNested } from './read-nested.ts'
import { createTensors } from './tensors.ts'
import { writeNested } from './write-nested.ts'

/** Serves any graph without a task of its own: `{name: nested list}` in, `{name: nested list}` out. */
export const tensorsTask: Task = {
  name: 'tensors',

  async open({ files, file, graph, settings }: ModelSource): Promise<OpenedTask> {
    const strange = graph.inputs.find(({ type }) => !isTensorType(type))
    if (strange !== undefined)
      throw errors.unsupportedModel(`the input "${strange.name}" of "${file}" is ${strange.type}, which is not served.`)
    const outputs = graph.outputs.filter(({ type }) => isTensorType(type))
    if (outputs.length === 0) throw errors.unsupportedModel(`"${file}" has no output that is a tensor.`)
    const alone = runsAlone({ isolate: settings.isolate, graph })
    return {
      graphs: { main: localPath(files, file) },
      describe: {
        inputs: graph.inputs,
        outputs,
        ...describeIsolation({ isolate: settings.isolate, graph }),
      },
      // An unknown graph may fail on made-up values, so its first request warms it up.
      warmUp: [],
      serve(createBatcher) {
        const shape = {
          graph: 'main',
          inputs: graph.inputs,
          outputs,
          hidden: undefined,
          rowsAreIndependent: false,
          isolate: alone ? ('always' as const) : settings.isolate,
          device: settings.device,
        }
        const tensors = createTensors(shape, createBatcher)
        return {
          capabilities: { tensors },
          async pipeline({ inputs, parameters, options }) {
            const read = await readNested({ inputs, signature: tensors.inputs, signal: options.signal })
            const { output, ...answered } = await tensors.infer({
              inputs: read,
              outputs: wantedOutputs(parameters),
              options,
            })
            return { ...answered, json: writeNested({ tensors: output, signal: options.signal }) }
          },
        }
      },
    }
  },
}

function wantedOutputs({ outputs = [] }: Record<string, unknown>): string[] {
  if (Array.isArray(outputs) && outputs.every((name) => typeof name === 'string')) return outputs
  throw errors.invalidInput('"parameters.outputs" must be a list of output names.', 'parameters.outputs')
}
