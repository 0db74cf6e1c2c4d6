import { InferenceSession, Tensor } from 'onnxruntime-node'
import { boundedOutputs } from './bounded-outputs.ts'
import type { Tensors } from './engine.ts'
import { leftOutFusions } from './left-out-fusions.ts'
import { type MapCommand, mappedGraph } from './mapped-graph.ts'
import type { WorkerRequest, WorkerSettings } from './messages.ts'
import { outputBytesMax } from './output-size.ts'
import { sessionOptions } from './session-options.ts'

/** One model's sessions in this process. */
interface Model {
  own: InferenceSession
  /** With one thread per core, if that is more than its own number. */
  all?: InferenceSession
}

/** The loaded models of an engine process. */
export class Sessions {
  readonly #settings: WorkerSettings
  readonly #mapCommand: MapCommand
  readonly #models = new Map<string, Model>()

  constructor(settings: WorkerSettings, mapCommand: MapCommand) {
    this.#settings = settings
    this.#mapCommand = mapCommand
  }

  async handle(request: WorkerRequest, inputs: Tensors): Promise<Tensors | undefined> {
    if (request.kind === 'run') return this.#run(request, inputs)
    if (request.kind === 'load') await this.#load(request)
    else await this.#release(request.modelId)
    return undefined
  }

  async close(): Promise<void> {
    for (const modelId of [...this.#models.keys()]) await this.#release(modelId)
  }

  async #load({ modelId, path, partial }: LoadRequest): Promise<void> {
    await this.#release(modelId)
    const { device, intraOpThreads, loneThreads } = this.#settings
    const opened = await this.#mapped(path, partial)
    // A mapped file may still have what a fusion would change.
    const leftOut = await leftOutFusions({ path, device })
    const create = (threads: number) => InferenceSession.create(opened, sessionOptions({ device, threads, leftOut }))
    const own = await create(intraOpThreads)
    const all = loneThreads > intraOpThreads ? await create(loneThreads) : undefined
    this.#models.set(modelId, { own, ...(all && { all }) })
  }

  /** Only on a CPU, because a GPU copies the weights to its own memory. */
  async #mapped(path: string, partial: string): Promise<string> {
    const { device, mapBytesMin: sizeBytesMin } = this.#settings
    return device === 'cpu' ? mappedGraph({ path, sizeBytesMin, partial, command: this.#mapCommand }) : path
  }

  async #release(modelId: string): Promise<void> {
    const model = this.#models.get(modelId)
    this.#models.delete(modelId)
    await model?.own.release()
    await model?.all?.release()
  }

  async #run({ modelId, outputs, threads }: RunRequest, inputs: Tensors): Promise<Tensors> {
    const model = this.#models.get(modelId)
    if (model === undefined) throw new Error('the model is not loaded in this engine')
    const session = (threads === 'all' && model.all) || model.own
    const feeds: Record<string, Tensor> = {}
    for (const [name, { type, data, dims }] of Object.entries(inputs)) feeds[name] = new Tensor(type, data, dims)
    const results = await session.run(feeds, outputs)
    return boundedOutputs({ names: outputs, results, bytesMax: this.#settings.outputBytesMax ?? outputBytesMax })
  }
}

type LoadRequest = Extract<WorkerRequest, { kind: 'load' }>
type RunRequest = Extract<WorkerRequest, { kind: 'run' }>
