import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { Worker } from 'node:worker_threads'
import type { BareHttpJob } from './bare-http.ts'

/**
 * The least that a server in Node does: it finds the token ids of a body in a table, and neither authenticates,
 * validates, tokenises, measures, nor handles any error. What it loses against the ceiling a server that does all of this
 * can hardly win back behind `node:http` on the same cores.
 */
const [job] = (await once(process, 'message')) as [BareHttpJob]
const ids = new Map(job.bodies)
const waiting: { ids: number[]; response: ServerResponse }[] = []
const free: ((batch: typeof waiting) => void)[] = []

for (let count = 0; count < job.engines; count++) {
  const engine = new Worker(new URL('./engine.ts', import.meta.url), { workerData: job.engine })
  await once(engine, 'message')
  let running: typeof waiting = []
  const run = (batch: typeof waiting) => {
    running = batch
    engine.postMessage(batch.map(({ ids }) => ids))
  }
  engine.on('message', (numbers: Float32Array) => {
    const width = numbers.length / running.length
    const answered = running
    free.push(run)
    pull()
    for (const [at, { response }] of answered.entries())
      answer(response, numbers.subarray(at * width, (at + 1) * width))
  })
  free.push(run)
}

function pull(): void {
  for (let run = free.pop(); run !== undefined; run = free.pop()) {
    if (waiting.length === 0) return void free.push(run)
    run(waiting.splice(0, job.batchMax))
  }
}

function answer(response: ServerResponse, { buffer, byteOffset, byteLength }: Float32Array): void {
  const embedding = Buffer.from(buffer, byteOffset, byteLength).toString('base64')
  const body = `{"object":"list","data":[{"object":"embedding","index":0,"embedding":"${embedding}"}]}`
  response.writeHead(200, ['content-type', 'application/json', 'content-length', String(body.length)])
  response.end(body)
}

const refusal = 'The queue is full.'
const refusalHeaders = ['content-type', 'text/plain', 'retry-after', '1', 'content-length', String(refusal.length)]
const server = createServer((request, response) => {
  if (waiting.length >= job.queueMax) {
    response.writeHead(429, refusalHeaders)
    response.end(refusal)
    return
  }
  request.on('data', (body: Buffer) => {
    waiting.push({ ids: ids.get(body.toString('latin1')) ?? [], response })
    // What came in the same turn shares a batch.
    if (waiting.length === 1) setImmediate(pull)
  })
})
server.listen(0, '127.0.0.1', () => process.send?.(server.address()))
process.on('message', () => {
  const { user, system } = process.threadCpuUsage()
  process.send?.((user + system) / 1000)
})
