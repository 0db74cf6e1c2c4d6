import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ImportJob } from '../../../shared/contract/import.ts'
import { cli } from './support/run-cli.ts'

const ended: ImportJob = {
  id: 'imp_1',
  repo: 'acme/one',
  source: 's3-drop://acme/one/v1',
  state: 'READY',
  revision: 'a'.repeat(40),
  filesTotal: 1,
  filesDone: 1,
  bytesTotal: 5,
  bytesDone: 5,
  bytesHeld: 0,
  createdAt: '2026-11-20T12:00:00.000Z',
  updatedAt: '2026-11-20T12:00:00.000Z',
}

/** The server's answers, in order. */
let answers: Partial<ImportJob>[]
let asked: unknown[]
beforeEach(() => {
  asked = []
  vi.stubGlobal('fetch', async (_: string, { body }: RequestInit) => {
    if (typeof body === 'string') asked.push(JSON.parse(body))
    return Response.json({ ...ended, ...answers.shift() })
  })
})
afterEach(() => vi.unstubAllGlobals())

const pull = (...parameters: string[]) => cli('pull', ...parameters)

describe('a pull of an incomplete drop', () => {
  it('says once what it waits for and how to start now', async () => {
    const waits = { state: 'PENDING', waitsUntil: '2026-11-20T12:01:00.000Z' } as const
    answers = [{ state: 'PENDING' }, waits, waits, {}]
    const { code, err } = await pull('s3-drop://acme/one/v1')
    expect(code).toBe(0)
    expect(err.match(/is not complete/g)).toHaveLength(1)
    expect(err).toContain('slipway pull s3-drop://acme/one/v1 --now')
    expect(err.match(/waiting for _SUCCESS/g)).toHaveLength(1)
    expect(asked).toEqual([{ source: 's3-drop://acme/one/v1' }])
  })

  it('starts at once with --now', async () => {
    answers = []
    expect((await pull('s3-drop://acme/one/v1', '--now')).code).toBe(0)
    expect(asked).toEqual([{ source: 's3-drop://acme/one/v1', now: true }])
  })
})

describe('a pull of a model that cannot be served', () => {
  const warnings = ['model.onnx: it is no graph']
  const notServed = '"acme/one" cannot be served: model.onnx is not a valid ONNX file.'

  it('warns, and suggests no deployment', async () => {
    answers = [{ warnings, notServed }]
    const { code, err } = await pull('acme/one')
    expect(code).toBe(0)
    expect(err).toContain('warning: model.onnx: it is no graph\n')
    expect(err).toContain(notServed)
    expect(err).not.toContain('slipway deploy')
  })

  it('warns in JSON', async () => {
    answers = [{ warnings, notServed }]
    expect(JSON.parse((await pull('acme/one', '--json')).out)).toMatchObject({ warnings, notServed })
  })
})

it('a failed pull with --json prints the error in the usual form, next to the import', async () => {
  answers = [{ state: 'FAILED', failure: { code: 'not_found', message: 'There is no "acme/one".' } }]
  const { code, out } = await pull('acme/one', '--json')
  expect(code).toBe(1)
  expect(JSON.parse(out)).toMatchObject({
    state: 'FAILED',
    failure: { code: 'not_found' },
    error: { code: 'failed', message: 'the pull failed: There is no "acme/one".' },
  })
})
