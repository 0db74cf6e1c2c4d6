import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedDynamodb } from '../../infra/local/embedded-dynamodb.ts'
import { createLogger } from '../../shared/log.ts'
import { createFolderObjectStore } from '../../shared/objects/folder-object-store.ts'
import { keys } from '../../shared/table/keys.ts'
import { openTable } from '../../shared/table/table.ts'
import { type LocalHost, startLocalHost } from '../support/local-host.ts'
import { nameOf, putManyRepos, withFiles } from './many-repos.ts'

/** The requests to both registries, for a repo by its number. */
const questions: Record<string, (at: number) => string> = {
  list: () => '/api/v1/repos?limit=20',
  'list by downloads': () => '/api/models?limit=20&sort=downloads&direction=-1',
  get: (at) => `/api/v1/repos/${nameOf(at)}`,
  resolve: (at) => `/${nameOf(at % withFiles)}/resolve/main/config.json`,
  'search by prefix': () => '/api/v1/repos?limit=20&prefix=model-',
  'search by a whole name': (at) => `/api/v1/repos?limit=20&prefix=${nameOf(at).split('/')[1]}`,
}

interface SizeFigures {
  few: number
  many: number
  loadSeconds: number
  rows: { question: string; few: Quantiles; many: Quantiles }[]
}

interface Quantiles {
  p50Ms: number
  p99Ms: number
}

const warmUps = 50

/** Sends the same requests to a small and a large registry in turn, so that disturbances affect both. */
export async function measureRegistrySize({ few = 100, many, requests }: MeasureSize): Promise<SizeFigures> {
  const started = performance.now()
  const registries = [await startRegistry(few), await startRegistry(many)] as const
  const loadSeconds = (performance.now() - started) / 1000
  try {
    const rows: SizeFigures['rows'] = []
    for (const [question, pathOf] of Object.entries(questions)) {
      const took: [number[], number[]] = [[], []]
      for (let round = -warmUps; round < requests; round++)
        for (const [side, { host, count }] of registries.entries()) {
          const ms = await timeOf(host, pathOf(((round + warmUps) * 7919) % count))
          if (round >= 0) took[side]?.push(ms)
        }
      rows.push({ question, few: quantilesOf(took[0]), many: quantilesOf(took[1]) })
    }
    return { few, many, loadSeconds, rows }
  } finally {
    for (const { close } of registries) await close()
  }
}

interface MeasureSize {
  few?: number
  many: number
  requests: number
}

/** The figures as text, and what grows by more than the limit. */
export function describeSize({ few, many, rows }: SizeFigures): { lines: string[]; slow: string[] } {
  const ratios = ({ few: a, many: b }: SizeFigures['rows'][number]) => [b.p50Ms / a.p50Ms, b.p99Ms / a.p99Ms] as const
  const told = ({ p50Ms, p99Ms }: Quantiles) => `p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`
  const lines = rows.map((row) => {
    const [p50, p99] = ratios(row).map((ratio) => ratio.toFixed(2))
    return `${row.question}: ${few} repos ${told(row.few)}; ${many} repos ${told(row.many)}; ×${p50}, ×${p99}`
  })
  const slow = rows
    .filter((row) => ratios(row).some((ratio) => ratio > 1.5))
    .map(({ question }) => `${question} of ${many} repos takes over 1.5 times as long as of ${few}`)
  return { lines, slow }
}

/** `SLIPWAY_BENCH_DATA` is a folder in which to keep the databases between runs. */
async function startRegistry(count: number) {
  const kept = process.env.SLIPWAY_BENCH_DATA
  const folder = kept ?? (await mkdtemp(join(fastestFolder(), 'slipway-bench-')))
  const log = createLogger({ level: 'silent' })
  const database = await startEmbeddedDynamodb({ databasePath: join(folder, `${count}.sqlite`), log })
  const { endpoint } = database
  const host = await startLocalHost({
    environment: { SLIPWAY_DYNAMODB_ENDPOINT: endpoint },
    parameters: ['--no-sample'],
    dataDir: join(folder, `data-${count}`),
  })
  const client = { endpoint, region: 'local', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }
  const table = openTable({ tableName: 'slipway', client })
  const isThere = (await table.get(keys.repoName('model', nameOf(count - 1)))) !== undefined
  if (!isThere) await putManyRepos({ table, objects: createFolderObjectStore({ root: host.dataDir }), count })
  table.close()
  const close = async () => {
    await host.kill()
    await database.close()
    if (kept === undefined) await rm(folder, { recursive: true, force: true })
  }
  return { host, count, close }
}

/** In memory if the system has such a folder: loading many small writes would only wait for the disk. */
const fastestFolder = (): string => (existsSync('/dev/shm') ? '/dev/shm' : tmpdir())

async function timeOf({ url, key }: LocalHost, path: string): Promise<number> {
  const started = performance.now()
  const answer = await fetch(url + path, { headers: { authorization: `Bearer ${key}` } })
  const text = await answer.text()
  const ms = performance.now() - started
  if (!answer.ok || text.length < 20) throw new Error(`${path} answered ${answer.status} ${text.slice(0, 200)}`)
  return ms
}

function quantilesOf(values: number[]): Quantiles {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { p50Ms: at(0.5), p99Ms: at(0.99) }
}
