import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { AppError, errors } from '../../../shared/errors.ts'
import type { HttpEnvironment } from '../../../shared/http/context.ts'
import { platformEnvelope } from '../../../shared/http/envelopes.ts'
import { answerErrors } from '../../../shared/http/error-handler.ts'
import { requestScope } from '../../../shared/http/request-scope.ts'
import { createLogger } from '../../../shared/log.ts'
import { createMetrics } from '../../../shared/metrics.ts'

/** What a route that throws this writes into the log. */
async function loggedOf(thrown: Error) {
  const lines: { level: string; err?: { stack?: string } }[] = []
  const log = createLogger({ level: 'debug', destination: { write: (line: string) => lines.push(JSON.parse(line)) } })
  const app = new Hono<HttpEnvironment>()
  app.use(requestScope({ log, metrics: createMetrics() }))
  app.onError(answerErrors(platformEnvelope))
  app.post('/', () => {
    throw thrown
  })
  const { status } = await app.request('/', { method: 'POST' })
  return { status, levels: lines.map(({ level }) => level), hasStack: lines.some(({ err }) => err !== undefined) }
}

describe('the log', () => {
  it.each([
    [501, errors.generationNotServed('/v1/chat/completions', ['embeddings'])],
    [503, errors.modelNotReady('iris', 'LOADING')],
    [503, errors.engineDied('it was killed')],
    [504, errors.deadlineExceeded()],
    [502, new AppError({ code: 'upstream_unreadable', status: 502, message: 'Odd.' })],
  ])('records an intended %i as no error, and without a stack', async (status, thrown) => {
    expect(await loggedOf(thrown)).toEqual({ status, levels: ['info'], hasStack: false })
  })

  it.each([
    [500, new Error('unforeseen')],
    [500, errors.runNeverEnded('it did not end')],
    [507, Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })],
  ])('records an unexpected %i as an error, with its stack', async (status, thrown) => {
    expect(await loggedOf(thrown)).toEqual({ status, levels: ['error', 'error'], hasStack: true })
  })
})
