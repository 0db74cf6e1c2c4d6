import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { embeddingModel } from '../../gpu-service/tasks/feature-extraction/embedding-model.ts'
import { pooledOutput } from '../../gpu-service/tasks/feature-extraction/pooling-nodes.ts'
import { tokenInputs } from '../../gpu-service/tasks/text/token-tensors.ts'
import type { Ceiling, CeilingJob } from './ceiling.ts'

const { path, batches, from, seconds } = workerData as CeilingJob
const session = await InferenceSession.create(path, {
  executionMode: 'sequential',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
})
const types = Object.fromEntries(
  tokenInputs.filter((name) => session.inputNames.includes(name)).map((name) => [name, 'int64' as const]),
)
const model = embeddingModel({
  inputs: { types },
  graph: { pooledBy: 'nodes', outputs: { vector: pooledOutput }, width: {} },
  pooling: { modes: ['mean'], steps: [{ kind: 'normalize' }] },
  padTokenId: 0,
  alone: false,
  device: 'cpu',
})
const feeds = batches.map((batch) => {
  const tensors = Object.entries(model.encode(batch.map((ids) => ({ ids, wanted: 'vector' }))).inputs)
  return Object.fromEntries(tensors.map(([name, { type, data, dims }]) => [name, new Tensor(type, data, dims)]))
})
for (const feed of feeds.slice(0, 8)) await session.run(feed, [pooledOutput])

if (parentPort === null) throw new Error('this is a worker of ceiling.ts')
const isToldToGo = once(parentPort, 'message')
parentPort.postMessage('ready')
await isToldToGo

let done = 0
const cpuBefore = process.threadCpuUsage()
const started = performance.now()
for (let index = Math.floor(from * batches.length); performance.now() - started < seconds * 1000; index++) {
  const feed = feeds[index % feeds.length]
  if (feed !== undefined) await session.run(feed, [pooledOutput])
  done += batches[index % batches.length]?.length ?? 0
}
const { user, system } = process.threadCpuUsage(cpuBefore)
const ceiling: Ceiling = { perSecond: (done / (performance.now() - started)) * 1000, cpuMicros: (user + system) / done }
parentPort.postMessage(ceiling)
parentPort.close()
