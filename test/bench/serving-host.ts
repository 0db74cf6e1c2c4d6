import { readFileSync, readlinkSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { drainOnSignal } from '../../gpu-service/drain-on-signal.ts'
import { listen } from '../../gpu-service/listen.ts'
import { startServing } from '../../gpu-service/serving.ts'
import { createToken, hashToken } from '../../shared/auth/token.ts'
import { createLogger } from '../../shared/log.ts'
import { createMetrics } from '../../shared/metrics.ts'
import { createFolderObjectStore } from '../../shared/objects/folder-object-store.ts'
import { createDeployment } from '../../shared/table/deployments.ts'
import { splitName } from '../../shared/table/repo-item.ts'
import { startTable } from '../support/dynoxide.ts'
import { makeKey, makeUser } from '../support/make-key.ts'
import { publish, repoIdOf } from '../support/publish.ts'
import { realFiles } from '../support/real-models.ts'
import type { HostJob, HostStats } from './host.ts'

/** The serving app in its own process, configured by the benchmark; sends its port when ready. */
const [given = '{}'] = process.argv.slice(2)
const { model, options, drainMs = 0, isInstant = false } = JSON.parse(given) as HostJob
const folder = await mkdtemp(join(tmpdir(), 'slipway-bench-'))
const database = await startTable()
const objects = createFolderObjectStore({ root: join(folder, 'objects') })
const revision = 'b'.repeat(40)
await publish({ objects, repo: model.repo, revision, files: await realFiles(model) })
// Collects the garbage of publishing the files, which is not the service's.
globalThis.gc?.()
const of = { owner: splitName(model.repo).owner, repo: model.repo, repoId: repoIdOf(model.repo) }
const deployed = { ...of, name: 'bench', ref: 'main', target: model.repo, revision, file: model.file }
const createdAt = new Date().toISOString()
await createDeployment(database.table, { ...deployed, task: 'feature-extraction', createdAt, createdBy: 'bench' })

const token = createToken()
const key = await makeKey(database.table, { user: await makeUser(database.table, { role: 'admin' }) })
const log = createLogger({ level: 'error', name: 'bench' })
const serving = startServing({
  table: database.table,
  objects,
  config: { device: 'cpu', cacheDir: join(folder, 'cache'), adminKeySha256: hashToken(token), ...options },
  log,
  metrics: createMetrics(),
  workerUrl: new URL(isInstant ? './instant-worker.ts' : '../../gpu-service/engine/worker.ts', import.meta.url),
})
await serving.ready
// Sampling every millisecond would cost 50 ms of CPU per second.
const delayStepMs = 20
const delay = monitorEventLoopDelay({ resolution: delayStepMs })
delay.enable()
const server = listen({
  fetch: serving.app.fetch,
  refusals: serving.refusals,
  port: 0,
  onListening: (port) => process.send?.({ port, token, key, revision, folder }),
})
drainOnSignal({
  server,
  serving,
  log,
  drainMs,
  graceMs: 20_000,
  exit: (code) => void leave(code),
})

process.on('message', (asked) => {
  if (asked === 'stats') process.send?.(stats())
  else void serving.close().then(() => leave(0))
})

async function leave(code: number): Promise<void> {
  await database.close()
  await rm(folder, { recursive: true, force: true })
  process.exit(code)
}

/** Event-loop delay is since the last report. */
function stats(): HostStats {
  const { user, system } = process.threadCpuUsage()
  // The monitor measures from one tick of its timer to the next.
  const loopDelayP99Ms = Math.max(0, delay.percentile(99) / 1e6 - delayStepMs)
  delay.reset()
  const engines = runningEngines()
  const memoryMiB = engines.reduce((total, { kib }) => total + kib, proportionalKib(process.pid)) / 1024
  const enginesMs = engines.reduce((total, { cpuMs }) => total + cpuMs, 0)
  const enginePids = engines.map(({ pid }) => pid)
  return { mainThreadMs: (user + system) / 1000, enginesMs, loopDelayP99Ms, memoryMiB, enginePids }
}

function runningEngines() {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ')
  return children.flatMap((child) => {
    const pid = Number(child)
    try {
      const isEngine = child !== '' && readlinkSync(`/proc/${child}/exe`) === process.execPath
      return isEngine ? [{ pid, cpuMs: cpuMsOf(pid), kib: proportionalKib(pid) }] : []
    } catch {
      // It ended while it was read.
      return []
    }
  })
}

/**
 * Linux counts CPU in hundredths of a second in the 14th and 15th field; the 2nd, a name in brackets, may contain
 * spaces.
 */
function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** Pages shared by several processes are counted once. */
const proportionalKib = (pid: number): number =>
  Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0)
