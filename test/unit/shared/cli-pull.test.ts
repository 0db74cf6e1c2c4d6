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

/** What the server answers, one after the other. */
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

describe('a pull of a drop that is not complete', () => {
  it('says once what it waits for and how to go on', async () => {
    const waits = { state: 'PENDING', waitsUntil: '2026-11-20T12:01:00.000Z' } as const
    answers = [{ state: 'PENDING' }, waits, waits, {}]
    const { code, err } = await pull('s3-drop://acme/one/v1')
    expect(code).toBe(0)
    expect(err.match(/is not complete/g)).toHaveLength(1)
    expect(err).toContain('slipway pull s3-drop://acme/one/v1 --now')
    expect(err.match(/waiting for _SUCCESS/g)).toHaveLength(1)
    expect(asked).toEqual([{ source: 's3-drop://acme/one/v1' }])
  })

  it('is not waited for with --now', async () => {
    answers = []
    expect((await pull('s3-drop://acme/one/v1', '--now')).code).toBe(0)
    expect(asked).toEqual([{ source: 's3-drop://acme/one/v1', now: true }])
  })
})

describe('a pull of a model that is broken', () => {
  const warnings = ['model.onnx: it is no graph']
  const notServed = '"acme/one" cannot be served: model.onnx is not a valid ONNX file.'

  it('says so, and names no deployment next', async () => {
    answers = [{ warnings, notServed }]
    const { code, err } = await pull('acme/one')
    expect(code).toBe(0)
    expect(err).toContain('warning: model.onnx: it is no graph\n')
    expect(err).toContain(notServed)
    expect(err).not.toContain('slipway deploy')
  })

  it('says so as JSON', async () => {
    answers = [{ warnings, notServed }]
    expect(JSON.parse((await pull('acme/one', '--json')).out)).toMatchObject({ warnings, notServed })
  })
})

it('a pull that failed says why as every failure does with --json, beside what became of it', async () => {
  answers = [{ state: 'FAILED', failure: { code: 'not_found', message: 'There is no "acme/one".' } }]
  const { code, out } = await pull('acme/one', '--json')
  expect(code).toBe(1)
  expect(JSON.parse(out)).toMatchObject({
    state: 'FAILED',
    failure: { code: 'not_found' },
    error: { code: 'failed', message: 'the pull failed: There is no "acme/one".' },
  })
})
