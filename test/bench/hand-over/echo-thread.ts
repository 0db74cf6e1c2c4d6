import { parentPort } from 'node:worker_threads'
import type { Tensors } from '../../../gpu-service/engine/engine.ts'
import { buffersOf, echo } from './echo.ts'

parentPort?.on('message', (inputs: Tensors) => {
  const outputs = echo(inputs)
  parentPort?.postMessage(outputs, buffersOf(outputs))
})
