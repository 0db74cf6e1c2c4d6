import { join } from 'node:path'
import { afterEach } from 'vitest'
import type { Tensors } from '../../../../gpu-service/engine/engine.ts'
import { WorkerEngine, type WorkerEngineOptions } from '../../../../gpu-service/engine/worker-engine.ts'
import { fixtureModel } from './folders.ts'
import { workerUrl } from './test-serving.ts'

/** A model of a few kilobytes, its outputs, and one row of its input. */
export const path = join(fixtureModel('sklearn/iris-logistic-regression'), 'model.onnx')
export const outputs = ['output_label', 'output_probability']
export const row = (): Tensors => ({ X: { type: 'float32', dims: [1, 4], data: Float32Array.of(5.1, 3.5, 1.4, 0.2) } })

/** Starts engines that are closed after each test of the file. */
export function useEngines() {
  const engines: WorkerEngine[] = []
  afterEach(() => Promise.all(engines.splice(0).map((engine) => engine.close())))
  return (options: Partial<WorkerEngineOptions> = {}): WorkerEngine => {
    const engine = new WorkerEngine({ workerUrl, device: 'cpu', ...options })
    engines.push(engine)
    return engine
  }
}
