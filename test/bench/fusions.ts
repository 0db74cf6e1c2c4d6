import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { leftOutFusions } from '../../gpu-service/engine/left-out-fusions.ts'
import { sessionOptions } from '../../gpu-service/engine/session-options.ts'
import { minilmFp32, minilmInt8 } from '../support/real-models.ts'
import { percentile } from './load.ts'

/** Bare runs with the runtime's own choice of fusions and with the engine's, in turns, one thread each. */
const shapes = [
  [16, 21],
  [4, 128],
  [1, 21],
] as const
const rounds = 60
process.env.ORT_DISABLE_TELEMETRY = '1'

for (const model of [minilmFp32, minilmInt8]) {
  if (model === undefined) continue
  const path = join(model.folder, model.file)
  const leftOut = await leftOutFusions({ path, device: 'cpu' })
  const [runtime, engine] = [[], leftOut].map((each) => sessionOptions({ device: 'cpu', threads: 1, leftOut: each }))
  const sessions = await Promise.all([runtime, engine].map((options) => InferenceSession.create(path, options)))
  for (const [batch, length] of shapes) {
    const feeds = tokens(batch, length)
    const timesMs: number[][] = sessions.map(() => [])
    for (let round = 0; round < rounds; round++)
      for (const [index, session] of sessions.entries()) {
        const startedMs = performance.now()
        await session.run(feeds)
        timesMs[index]?.push(performance.now() - startedMs)
      }
    const [runtimeMs = 0, engineMs = 0] = timesMs.map((each) => percentile(each, 0.5))
    const [own, ours] = [runtimeMs, engineMs].map((ms) => ms.toFixed(2))
    process.stdout.write(
      `${model.file}, ${batch} × ${length} tokens: ${own} → ${ours} ms, ${(runtimeMs / engineMs).toFixed(2)} ×\n`,
    )
  }
}

function tokens(batch: number, length: number) {
  const filled = (value: bigint) => new Tensor('int64', new BigInt64Array(batch * length).fill(value), [batch, length])
  return { input_ids: filled(2023n), attention_mask: filled(1n), token_type_ids: filled(0n) }
}
