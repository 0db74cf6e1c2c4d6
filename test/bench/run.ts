import { benchEmbeddings } from './embeddings.ts'
import { measureHandOver } from './hand-over/hand-over.ts'
import { measureMainThread } from './main-thread.ts'
import { describeSize, measureRegistrySize } from './registry-size.ts'
import { describeTransfer, measureTransfer } from './transfer-memory.ts'

/** Runs every benchmark in turn: `npm run bench`. `SLIPWAY_BENCH_SECONDS` is the length of each load. */
// The engines run without the runtime's telemetry, so what they are compared with does, too.
process.env.ORT_DISABLE_TELEMETRY = '1'
const seconds = Number(process.env.SLIPWAY_BENCH_SECONDS || 5)
if (!(seconds > 0)) throw new Error('SLIPWAY_BENCH_SECONDS must be a number of seconds over 0')
const { lines, slow } = await benchEmbeddings({ seconds })
const show = (shown: readonly string[]) => process.stdout.write(`${shown.join('\n')}\n\n`)
show(lines)
show(await measureMainThread({ seconds }))
show(await measureHandOver({ rounds: seconds * 600 }))
// A shortened run only shows that the benchmark works; its numbers mean nothing.
const isFullLength = seconds >= 3
const sizeBytes = isFullLength ? 2 * 1024 ** 3 : 64 * 1024 ** 2
for (const line of describeTransfer(await measureTransfer({ sizeBytes }))) process.stdout.write(`${line}\n`)
const sizes = isFullLength ? { many: 100_000, requests: 1000 } : { many: 1000, requests: 20 }
const size = describeSize(await measureRegistrySize(sizes))
for (const line of size.lines) process.stdout.write(`${line}\n`)
const tooSlow = [...slow, ...size.slow]
if (isFullLength && tooSlow.length > 0) {
  process.stdout.write(`\nToo slow: ${tooSlow.join('; ')}\n`)
  process.exitCode = 1
}
