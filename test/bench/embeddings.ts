import { fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { openTokenizer } from '../../gpu-service/tasks/feature-extraction/tokenizer.ts'
import { filesIn } from '../support/files-in.ts'
import { minilmFp32, minilmInt8, type RealModel } from '../support/real-models.ts'
import { measureCeiling } from './ceiling.ts'
import { load } from './load.ts'
import { mixedLengths, seededRandom, sentences } from './sentences.ts'

const seconds = 5
const fixedLength = 21
const verdictRatio = 0.5

/** Served sentences per second of `/v1/embeddings` beside what the bare runtime makes of the same texts, in one run. */
export async function benchEmbeddings(): Promise<string[]> {
  const lines = ['embeddings, MiniLM, sentences/s (base64; the load generator shares the cores)', header]
  for (const [name, model] of Object.entries({ int8: minilmInt8, fp32: minilmFp32 }))
    lines.push(
      ...(model === undefined ? [`${name}: skipped, the weights are not there`] : await benchModel(name, model)),
    )
  return lines
}

const header = row(['model', 'texts', 'clients', 'served/s', 'ceiling/s', 'ratio', 'p50 ms', 'p99 ms', 'verdict'])

async function benchModel(name: string, model: RealModel): Promise<string[]> {
  const random = seededRandom(7)
  const fixed = sentences({ lengths: Array(512).fill(fixedLength), random })
  const mixed = sentences({ lengths: mixedLengths({ count: 512, random }), random })
  const tokenizer = await openTokenizer({
    root: model.folder,
    paths: new Set(Object.keys(await filesIn(model.folder))),
  })
  const idsOf = (texts: string[]) => texts.map((text) => tokenizer.encode(text, 256))
  const host = await startHost(model)
  const path = host.graphPath
  const workers = availableParallelism()
  const loads = [
    { texts: 'fixed', list: fixed, batches: groupsOf(idsOf(fixed), () => 16), clients: [1, 8, 32] },
    { texts: 'mixed', list: mixed, batches: sortedBatches(idsOf(mixed), 384), clients: [32] },
  ]
  const lines: string[] = []
  for (const { texts, list, batches, clients } of loads) {
    const bodies = list.map((input) => JSON.stringify({ model: 'bench', input, encoding_format: 'base64' }))
    const common = { port: host.port, token: host.token, path: '/v1/embeddings', bodies }
    await load({ ...common, connections: 8, seconds: 1 })
    for (const connections of clients) {
      // Measured around each load, because the machine is never as quiet twice.
      const before = await measureCeiling({ path, batches, seconds: seconds / 2, workers })
      const { perSecond, p50Ms, p99Ms } = await load({ ...common, connections, seconds })
      const after = await measureCeiling({ path, batches, seconds: seconds / 2, workers })
      const ceiling = (before + after) / 2
      const ratio = perSecond / ceiling
      const verdict = connections === 1 ? '' : ratio >= verdictRatio ? 'ok' : `below ${verdictRatio}`
      const numbers = [perSecond.toFixed(0), ceiling.toFixed(0), ratio.toFixed(2), p50Ms.toFixed(1), p99Ms.toFixed(1)]
      lines.push(row([name, texts, String(connections), ...numbers, verdict]))
    }
  }
  await host.close()
  return lines
}

function row(cells: string[]): string {
  return cells
    .map((cell) => cell.padEnd(10))
    .join('')
    .trimEnd()
}

/** Cuts a list into groups; the size may depend on the first of each. */
function groupsOf<Item>(items: readonly Item[], sizeOf: (first: Item) => number): Item[][] {
  const groups: Item[][] = []
  for (let start = 0; start < items.length; start += groups.at(-1)?.length ?? 1) {
    const first = items[start]
    if (first !== undefined) groups.push(items.slice(start, start + Math.max(1, sizeOf(first))))
  }
  return groups
}

/** Longest first, so that the first of a batch says how many fit into the budget of padded tokens. */
const sortedBatches = (ids: number[][], budget: number): number[][][] =>
  groupsOf(
    ids.toSorted((a, b) => b.length - a.length),
    ({ length }) => Math.floor(budget / length),
  )

async function startHost(model: RealModel) {
  const child = fork(new URL('./serving-host.ts', import.meta.url), [JSON.stringify({ model, options: {} })])
  const [told] = (await once(child, 'message')) as [{ port: number; token: string; revision: string; folder: string }]
  const cached = Object.keys(await filesIn(join(told.folder, 'cache', told.revision)))
  const extended = cached.find((path) => path.startsWith(`${model.file}.`))
  if (extended === undefined) throw new Error('the service made no pooled graph')
  return {
    port: told.port,
    token: told.token,
    graphPath: join(told.folder, 'cache', told.revision, extended),
    async close() {
      const gone = once(child, 'exit')
      child.send('close')
      await gone
    },
  }
}
