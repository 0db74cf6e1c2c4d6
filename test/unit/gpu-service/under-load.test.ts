import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Connection, requestBytes } from '../../bench/exchange.ts'
import { type Host, startHost } from '../../bench/host.ts'
import { fixtureModel } from './support/folders.ts'

const repo = 'slipway-tests/tiny-embedder'
const model = { repo, file: 'onnx/model.onnx', folder: fixtureModel(repo) }
const clients = 16
/** A connection without a request for this long is closed, and on a busy machine a client may be slow. */
const drainMs = 3000
/** For a machine that is busy with other work. */
const slow = { timeout: 60_000 }

async function start(): Promise<Host> {
  const host = await startHost({ model, options: { engines: 2, waitMsMax: 30_000 }, drainMs })
  onTestFinished(() => host.close())
  return host
}

/** Clients that ask again after each answer, until stopped or until their connection is closed. */
function keepAsking({ port, token }: Host) {
  const statuses: number[] = []
  const failures: unknown[] = []
  let isOn = true
  const client = async (index: number) => {
    const connection = new Connection(port)
    const body = (round: number) => JSON.stringify({ model: 'bench', input: `the sun shines ${index} ${round}` })
    try {
      for (let round = 0; isOn; round++) {
        const request = requestBytes({ path: '/v1/embeddings', token, body: body(round) })
        const { status, head } = await connection.exchange(request)
        statuses.push(status)
        if (/\nconnection: close/i.test(head)) break
      }
    } catch (error) {
      failures.push(error)
    }
    connection.close()
  }
  const ended = Promise.all(Array.from({ length: clients }, (_, index) => client(index)))
  return {
    statuses,
    failures,
    ended,
    /** Waits until every client has certainly asked again and been answered. */
    async answersMore() {
      const enough = statuses.length + 4 * clients
      await expect.poll(() => statuses.length, slow).toBeGreaterThan(enough)
    },
    async stop() {
      isOn = false
      await ended
    },
  }
}

/** Waits until two engines run, neither of them one of these. */
async function enginesBut(host: Host, killed: number[]): Promise<number[]> {
  let pids: number[] = []
  const running = async () => {
    pids = (await host.stats()).enginePids
    return pids.filter((pid) => !killed.includes(pid))
  }
  await expect.poll(running, slow).toHaveLength(2)
  return pids
}

describe.skipIf(!existsSync('/proc/self/smaps_rollup'))('a service under load', () => {
  it('loses no request when its engines are killed, one by one and both at once', async () => {
    const host = await start()
    const load = keepAsking(host)
    const { enginePids: first } = await host.stats()
    expect(first).toHaveLength(2)
    await load.answersMore()
    const [one = 0, other = 0] = first
    process.kill(one, 'SIGKILL')
    await enginesBut(host, [one])
    await load.answersMore()
    process.kill(other, 'SIGSEGV')
    const second = await enginesBut(host, first)
    await load.answersMore()
    for (const pid of second) process.kill(pid, 'SIGKILL')
    await enginesBut(host, [...first, ...second])
    await load.answersMore()
    await load.stop()
    expect(load.failures).toEqual([])
    expect(new Set(load.statuses)).toEqual(new Set([200]))
    const metrics = await (await fetch(`http://127.0.0.1:${host.port}/metrics`)).text()
    expect(metrics).toContain('errors_total{code="engine_died"} 4')
  })

  it('answers every accepted request after a signal to end, and ends', async () => {
    const host = await start()
    const { enginePids } = await host.stats()
    const load = keepAsking(host)
    await load.answersMore()
    const exited = once(host.child, 'exit')
    host.child.kill('SIGTERM')
    await load.ended
    expect(load.failures).toEqual([])
    expect(load.statuses.length).toBeGreaterThan(clients)
    expect(new Set(load.statuses)).toEqual(new Set([200]))
    expect(await exited).toEqual([0, null])
    for (const pid of enginePids) expect(existsSync(`/proc/${pid}`)).toBe(false)
  })
})
