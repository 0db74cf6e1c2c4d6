import { afterAll, beforeAll, expect } from 'vitest'
import { startTestServing, type TestServing } from './test-serving.ts'

/** For a machine that is busy with other work. */
export const slow = { timeout: 60_000 }
export const row = { inputs: [[5.1, 3.5, 1.4, 0.2]] }

/** Starts a service for the tests of a file, and sends one row of numbers to its deployments. */
export function rowTraffic(begin: (host: TestServing) => void) {
  let host: TestServing
  beforeAll(async () => {
    host = await startTestServing([], { heartbeatMs: 50, waitMsMax: 60_000 })
    begin(host)
  })
  afterAll(() => host.close())
  const ask = (name: string, headers: Record<string, string> = {}) =>
    host.ask(`/api/v1/predict/${name}`, { json: row, headers })
  /** Waits for the first answer. */
  const answers = (name: string) => expect.poll(async () => (await ask(name)).status, slow).toBe(200)
  return { ask, answers }
}

export const revisionOf = async (answer: Promise<Response>): Promise<string | null> =>
  (await answer).headers.get('x-model-revision')
