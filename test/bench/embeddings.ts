import { fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { openTokenizer } from '../../gpu-service/tasks/text/tokenizer.ts'
import { filesIn } from '../support/files-in.ts'
import { minilmFp32, minilmInt8, type RealModel } from '../support/real-models.ts'
import { measureCeiling } from './ceiling.ts'
import { load } from './load.ts'
import { mixedLengths, seededRandom, sentences } from './sentences.ts'

const fixedLength = 21
const ratioMin = 0.5
const verdictClients = 32

export interface BenchReport {
  /** A Markdown table with a line above it. */
  lines: string[]
  /** What stayed below the least that is accepted. */
  slow: string[]
}

interface Measured {
  cells: string[]
  slow?: string
}

/** Served sentences per second of `/v1/embeddings` beside what the bare runtime makes of the same texts, in one run. */
export async function benchEmbeddings({ seconds }: { seconds: number }): Promise<BenchReport> {
  const models = Object.entries({ int8: minilmInt8, fp32: minilmFp32 })
  const skipped = models.filter(([, model]) => model === undefined).map(([name]) => name)
  const measured: Measured[] = []
  for (const [name, model] of models)
    if (model !== undefined) measured.push(...(await benchModel(name, model, seconds)))
  if (measured.length === 0)
    return {
      lines: ['Every model was skipped: set SLIPWAY_MODELS to a folder with MiniLM. Nothing was measured.'],
      slow: [],
    }
  const lines = [
    `MiniLM, sentences/s of /v1/embeddings (base64), ${seconds} s each; the load generator shares the ${availableParallelism()} cores`,
    ...skipped.map((name) => `${name} was skipped: its weights are not there`),
    '',
    row(['model', 'texts', 'clients', 'served/s', 'ceiling/s', 'of the ceiling', 'p50 ms', 'p99 ms']),
    row(['---', '---', '--:', '--:', '--:', '--:', '--:', '--:']),
    ...measured.map(({ cells }) => row(cells)),
    '',
    'The ceiling is bare `session.run` in a loop: on every engine at once in the best batches, for one client on one engine, a text at a time.',
  ]
  return { lines, slow: measured.flatMap(({ slow = [] }) => slow) }
}

async function benchModel(name: string, model: RealModel, seconds: number): Promise<Measured[]> {
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
  const [fixedIds, mixedIds] = [idsOf(fixed), idsOf(mixed)]
  // Shuffled, so that a run which does not come to the end has met short and long ones alike.
  const mixedBatches = shuffled(sortedBatches(mixedIds, 384), random)
  const full = { texts: 'fixed', list: fixed, batches: groupsOf(fixedIds, () => 16), workers }
  const loads = [
    // A lone client can keep only one engine busy.
    { ...full, clients: 1, batches: groupsOf(fixedIds, () => 1), workers: 1 },
    { ...full, clients: 8 },
    { ...full, clients: 32 },
    { ...full, texts: 'mixed', list: mixed, batches: mixedBatches, clients: 32 },
  ]
  const measured: Measured[] = []
  for (const { texts, list, clients, ...bare } of loads) {
    const bodies = list.map((input) => JSON.stringify({ model: 'bench', input, encoding_format: 'base64' }))
    const common = { port: host.port, token: host.token, path: '/v1/embeddings', bodies }
    await load({ ...common, connections: clients, seconds: Math.min(1, seconds) })
    // Measured around each load, because the machine is never as quiet twice.
    const before = await measureCeiling({ path, ...bare, seconds: seconds / 2 })
    const { perSecond, p50Ms, p99Ms } = await load({ ...common, connections: clients, seconds })
    const after = await measureCeiling({ path, ...bare, seconds: seconds / 2 })
    const ceiling = (before + after) / 2
    const ratio = perSecond / ceiling
    const numbers = [perSecond.toFixed(0), ceiling.toFixed(0), ratio.toFixed(2), p50Ms.toFixed(1), p99Ms.toFixed(1)]
    const isSlow = clients === verdictClients && ratio < ratioMin
    const slow = `${name}, ${texts} texts, ${clients} clients: ${ratio.toFixed(2)} of the ceiling, less than ${ratioMin}`
    measured.push({ cells: [name, texts, String(clients), ...numbers], ...(isSlow && { slow }) })
  }
  await host.close()
  return measured
}

const row = (cells: string[]): string => `| ${cells.join(' | ')} |`

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

const shuffled = <Item>(items: readonly Item[], random: () => number): Item[] =>
  items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)

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
