import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import type { Batcher } from '../../../../gpu-service/batcher/batcher.ts'
import { WorkerEngine } from '../../../../gpu-service/engine/worker-engine.ts'
import { readOnnxGraph } from '../../../../gpu-service/models/onnx-graph.ts'
import type { RunSettings, TaskService } from '../../../../gpu-service/tasks/task.ts'
import type { TaskModel } from '../../../../gpu-service/tasks/task-model.ts'
import { taskNamed } from '../../../../gpu-service/tasks/tasks.ts'
import { filesIn } from '../../../support/files-in.ts'
import { temporaryFolder } from './folders.ts'
import { workerUrl } from './worker-url.ts'

interface TaskAtWork {
  service: TaskService
  describe: Record<string, unknown>
  close(): Promise<void>
}

/** A task with a real engine and a model folder, without the service around it: for what no protocol shows. */
export async function openTask({
  folder: original,
  file = 'onnx/model.onnx',
  task,
  settings,
}: OpenTask): Promise<TaskAtWork> {
  // A copy, because a task may write graphs next to the model's own.
  const folder = await temporaryFolder()
  await cp(original, folder, { recursive: true })
  const engine = new WorkerEngine({ workerUrl, device: 'cpu' })
  const files = { root: folder, paths: new Set(Object.keys(await filesIn(folder))) }
  const graph = await readOnnxGraph(join(folder, file))
  const source = { files, file, graph, settings: { device: 'cpu', isolate: 'auto', ...settings } as const }
  const opened = await taskNamed(task).open(source)
  for (const [modelId, path] of Object.entries(opened.graphs)) await engine.load({ modelId, path })
  for (const { graph: modelId, call } of opened.warmUp) await engine.run({ modelId, ...call() })
  const createBatcher = <Input, Output>(model: TaskModel<Input, Output>) => runningAlone({ model, engine })
  return { service: opened.serve(createBatcher), describe: opened.describe, close: () => engine.close() }
}

interface OpenTask {
  folder: string
  file?: string
  task: string
  settings?: Partial<RunSettings>
}

/** Runs everything submitted at once as one batch. */
function runningAlone<Input, Output>({ model, engine }: { model: TaskModel<Input, Output>; engine: WorkerEngine }) {
  const batcher = {
    async submitAll(inputs: readonly Input[]) {
      if (inputs.length === 0) return []
      const tensors = await engine.run({ modelId: model.graph, ...model.encode(inputs) })
      return model.decode(tensors, inputs).map((output) => ({ output, queueMs: 0, runMs: 0, batchSize: inputs.length }))
    },
  }
  return batcher as unknown as Batcher<Input, Output>
}
