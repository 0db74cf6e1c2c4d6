import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { openBareSession } from './bare-session.ts'
import type { Ceiling, CeilingJob } from './ceiling.ts'

const { path, batches, from, seconds } = workerData as CeilingJob
const session = await openBareSession({ path, threads: 1 })
const feeds = batches.map(session.feedOf)
for (const feed of feeds.slice(0, 8)) await session.run(feed)

if (parentPort === null) throw new Error('this is a worker of ceiling.ts')
const isToldToGo = once(parentPort, 'message')
parentPort.postMessage('ready')
await isToldToGo

let done = 0
const cpuBefore = process.threadCpuUsage()
const started = performance.now()
for (let index = Math.floor(from * batches.length); performance.now() - started < seconds * 1000; index++) {
  const feed = feeds[index % feeds.length]
  if (feed !== undefined) await session.run(feed)
  done += batches[index % batches.length]?.length ?? 0
}
const { user, system } = process.threadCpuUsage(cpuBefore)
const ceiling: Ceiling = { perSecond: (done / (performance.now() - started)) * 1000, cpuMicros: (user + system) / done }
parentPort.postMessage(ceiling)
parentPort.close()
