import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Engine } from '../../../../gpu-service/engine/engine.ts'
import { GatedQueue } from '../../../../gpu-service/models/gated-queue.ts'
import { AppError } from '../../../../shared/errors.ts'
import { manualBatcher } from '../support/manual-batcher.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const engine = {} as Engine

function start({ isLoaded }: { isLoaded: boolean }) {
  const asked = { wanted: 0, woken: 0, running: 0 }
  const model = {
    isLoaded,
    loadsInMs: 7400,
    want: () => void asked.wanted++,
    started: () => {
      asked.running++
      return () => void asked.running--
    },
  }
  const { batcher, runs } = manualBatcher<string>({
    now: () => performance.now(),
    scheduler: { wake: () => gate.wake(), waitMs: () => 0, engineCount: 1 },
  })
  const gate: GatedQueue = new GatedQueue({
    model,
    deployment: 'embedder',
    queue: batcher,
    wake: () => void asked.woken++,
    loadWaitMsMax: 1000,
  })
  const outcomes: unknown[] = []
  const submit = (input: string) =>
    void batcher.submit(input).then(
      ({ output }) => outcomes.push(output),
      (error) => outcomes.push(error),
    )
  return { gate, model, asked, runs, submit, outcomes }
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

it('passes work on while the model is in the engines, and counts it as running', async () => {
  const { gate, asked, runs, submit, outcomes } = start({ isLoaded: true })
  submit('a')
  expect(asked).toEqual({ wanted: 0, woken: 1, running: 0 })
  expect(gate.isRunnable).toBe(true)
  const working = gate.work(engine, 1)
  expect(asked.running).toBe(1)
  await pass(0)
  void runs[0]?.finish()
  await pass(1)
  await working
  expect(asked.running).toBe(0)
  expect(outcomes).toEqual(['a'])
})

it('asks for a model that is out, and holds its work until it is in', async () => {
  const { gate, model, asked, submit, outcomes } = start({ isLoaded: false })
  submit('a')
  expect(asked).toEqual({ wanted: 1, woken: 0, running: 0 })
  expect(gate.isRunnable).toBe(false)
  await pass(900)
  model.isLoaded = true
  gate.wake()
  await pass(5000)
  expect(asked.woken).toBe(1)
  expect(outcomes).toEqual([])
})

it('fails each piece of work at its own limit, with a Retry-After', async () => {
  const { submit, outcomes } = start({ isLoaded: false })
  submit('early')
  await pass(600)
  submit('late')
  await pass(410)
  const refused = { code: 'model_not_ready', status: 503, retryAfterSeconds: 8 }
  expect(outcomes).toMatchObject([refused])
  expect(outcomes[0]).toBeInstanceOf(AppError)
  await pass(600)
  expect(outcomes).toMatchObject([refused, refused])
})

it('keeps no timer once the model is in or the queue is given up', async () => {
  const served = start({ isLoaded: false })
  served.submit('a')
  served.model.isLoaded = true
  served.gate.wake()
  const { submit, gate } = start({ isLoaded: false })
  submit('b')
  expect(vi.getTimerCount()).toBe(1)
  gate.stopWaiting()
  expect(vi.getTimerCount()).toBe(0)
})
