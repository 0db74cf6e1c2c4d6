import { InferenceSession, Tensor } from 'onnxruntime-node'
import { withoutFusions } from '../../gpu-service/engine/left-out-fusions.ts'
import { embeddingModel } from '../../gpu-service/tasks/feature-extraction/embedding-model.ts'
import { pooledOutput } from '../../gpu-service/tasks/feature-extraction/pooling-nodes.ts'
import { tokenInputs } from '../../gpu-service/tasks/text/token-tensors.ts'

/** The extended graph in a bare session: token ids to vectors, and nothing else. */
export async function openBareSession({ path, threads, leftOut = [] }: BareSession) {
  const session = await InferenceSession.create(path, {
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    extra: withoutFusions(leftOut),
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
  return {
    feedOf(batch: readonly number[][]) {
      const tensors = Object.entries(model.encode(batch.map((ids) => ({ ids, wanted: 'vector' }))).inputs)
      return Object.fromEntries(tensors.map(([name, { type, data, dims }]) => [name, new Tensor(type, data, dims)]))
    },
    run: async (feed: Record<string, Tensor>) => (await session.run(feed, [pooledOutput]))[pooledOutput],
  }
}

export interface BareSession {
  path: string
  threads: number
  /** Fusions that it runs without, as the service's engines may. @default none */
  leftOut?: readonly string[]
}
