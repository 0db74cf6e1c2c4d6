import { parentPort, workerData } from 'node:worker_threads'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import type { Tensors, TensorType } from './engine.ts'
import { buffersOf, type WorkerReply, type WorkerRequest, type WorkerSettings } from './messages.ts'

/** The thread that holds the sessions: `session.run` blocks its thread, so it is never the one that serves HTTP. */
const port = parentPort
if (port === null) throw new Error('engine/worker.ts runs as a worker thread only')

const { device, intraOpThreads } = workerData as WorkerSettings
const sessions = new Map<string, InferenceSession>()
const options: InferenceSession.SessionOptions = {
  executionProviders: [device],
  executionMode: 'sequential',
  intraOpNumThreads: intraOpThreads,
  interOpNumThreads: 1,
  // The runtime writes its errors to stderr in colour; they come back as reasons already.
  logSeverityLevel: 4,
}

let turn = Promise.resolve()
port.on('message', (request: WorkerRequest) => {
  turn = turn.then(() => answer(request))
})

async function answer(request: WorkerRequest): Promise<void> {
  try {
    const tensors = await obey(request)
    reply({ id: request.id, ok: true, ...(tensors && { tensors }) }, tensors)
  } catch (error) {
    reply({ id: request.id, ok: false, reason: error instanceof Error ? error.message : String(error) })
  }
  if (request.kind === 'close') port?.close()
}

async function obey(request: WorkerRequest): Promise<Tensors | undefined> {
  if (request.kind === 'run') return await run(request)
  if (request.kind === 'load') {
    await sessions.get(request.modelId)?.release()
    sessions.set(request.modelId, await InferenceSession.create(request.path, options))
  } else if (request.kind === 'unload') {
    const session = sessions.get(request.modelId)
    sessions.delete(request.modelId)
    await session?.release()
  } else {
    for (const session of sessions.values()) await session.release()
    sessions.clear()
  }
  return undefined
}

async function run({ modelId, inputs, outputs }: Extract<WorkerRequest, { kind: 'run' }>): Promise<Tensors> {
  const session = sessions.get(modelId)
  if (session === undefined) throw new Error('the model is not loaded in this engine')
  const feeds: Record<string, Tensor> = {}
  for (const [name, { type, data, dims }] of Object.entries(inputs)) feeds[name] = new Tensor(type, data, dims)
  const results = await session.run(feeds, outputs)
  return Object.fromEntries(
    outputs.map((name) => {
      const tensor = results[name]
      if (tensor === undefined) throw new Error(`the graph has no output "${name}"`)
      return [
        name,
        { type: tensor.type as TensorType, dims: tensor.dims, data: tensor.data as Tensors[string]['data'] },
      ]
    }),
  )
}

function reply(message: WorkerReply, tensors: Tensors = {}): void {
  port?.postMessage(message, buffersOf(tensors))
}
