import { localPath } from '../../models/model-files.ts'
import { runsAlone } from '../isolation.ts'
import type { ModelSource, OpenedTask } from '../task.ts'
import type { TensorGraph } from './tensor-model.ts'
import { createTensors } from './tensors.ts'

/**
 * Adds the tensors capability to a model of any task, if one of its graphs is the repo's file, or that file with added
 * nodes that are declared in `hidden`.
 */
export function withTensors(opened: OpenedTask, { files, file, graph, settings }: ModelSource): OpenedTask {
  const path = localPath(files, file)
  const asItIs = Object.entries(opened.graphs).find(([, one]) => one === path)?.[0]
  const name = opened.hidden?.graph ?? asItIs
  if (name === undefined) return opened
  const isolate = runsAlone({ isolate: settings.isolate, graph }) ? 'always' : settings.isolate
  const shape: TensorGraph = {
    graph: name,
    inputs: graph.inputs,
    outputs: graph.outputs,
    hidden: opened.hidden,
    rowsAreIndependent: true,
    isolate,
    device: settings.device,
  }
  return {
    ...opened,
    serve(createBatcher) {
      const service = opened.serve(createBatcher)
      if (service.capabilities.tensors !== undefined) return service
      return { ...service, capabilities: { ...service.capabilities, tensors: createTensors(shape, createBatcher) } }
    },
  }
}
