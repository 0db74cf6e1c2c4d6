import { embeddingModel } from '../../../gpu-service/tasks/feature-extraction/embedding-model.ts'
import { throughFrames, throughIpc, throughThread } from './ways.ts'

const shapes = [
  [1, 21],
  [16, 21],
  [4, 128],
] as const
const warmUps = 500

/** The round-trip time of a batch to another thread or process, and the main-thread CPU it takes. */
export async function measureHandOver({ rounds }: { rounds: number }): Promise<string[]> {
  const { encode } = embeddingModel({
    inputs: { types: { input_ids: 'int64', attention_mask: 'int64', token_type_ids: 'int64' } },
    graph: { pooledBy: 'nodes', outputs: { vector: 'embedding' }, width: {} },
    pooling: { modes: ['mean'], steps: [] },
    padTokenId: 0,
    alone: false,
    device: 'cpu',
  })
  const rows: string[] = []
  for (const way of [throughThread(), throughIpc(), throughFrames()]) {
    for (const [count, length] of shapes) {
      const ids = () => Array.from({ length }, (_, at) => 1000 + at)
      const batch = Array.from({ length: count }, () => ({ ids: ids(), wanted: 'vector' as const }))
      for (let round = 0; round < warmUps; round++) await way.exchange(encode(batch).inputs)
      const tookMs: number[] = []
      const before = process.threadCpuUsage()
      for (let round = 0; round < rounds; round++) {
        const { inputs } = encode(batch)
        const startedMs = performance.now()
        await way.exchange(inputs)
        tookMs.push(performance.now() - startedMs)
      }
      const { user, system } = process.threadCpuUsage(before)
      tookMs.sort((a, b) => a - b)
      const at = (share: number) => ((tookMs[Math.floor(tookMs.length * share)] ?? 0) * 1000).toFixed(0)
      rows.push(
        `| ${way.name} | ${count} x ${length} | ${at(0.5)} | ${at(0.99)} | ${((user + system) / rounds).toFixed(0)} |`,
      )
    }
    await way.close()
  }
  return ['| way | batch | round trip p50 µs | p99 µs | main thread µs |', '| --- | --- | --: | --: | --: |', ...rows]
}
