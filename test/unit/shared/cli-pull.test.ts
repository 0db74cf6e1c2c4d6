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

describe('a pull that cannot find its model', () => {
  const failed = { repo: 'acme/one', source: 'hf://acme/one@main', state: 'FAILED' } as const
  const failure = { code: 'source_not_found', message: 'There is no repo "acme/one" on the Hub.' }

  it('says how to use the model if it is already in this registry', async () => {
    answers = [{ ...failed, failure }, {}]
    const { code, err } = await pull('acme/one')
    expect(code).toBe(1)
    expect(err).toMatch(
      /on the Hub\. "acme\/one" is in this registry already\. To serve it: slipway deploy acme\/one\./,
    )
    expect(err).toMatch(/To download it: HF_ENDPOINT=.* hf download acme\/one$/m)
  })

  it.each([
    ['acme/one', true],
    ['hf://acme/one', false],
    ['https://huggingface.co/acme/one', false],
  ])('says how a drop is named if only a name was given: %s', async (source, isTold) => {
    answers = [{ ...failed, failure }, { revision: undefined }]
    const { code, err } = await pull(source)
    expect([code, err.includes('slipway pull s3-drop://acme/one/VERSION')]).toEqual([1, isTold])
  })

  it.each(['gpt2', 'hf://gpt2', 'hf://gpt2@main', 'https://huggingface.co/gpt2', 'hf.co/gpt2/'])(
    'asks for the owner of %s',
    async (source) => {
      const { code, err } = await pull(source)
      expect([code, asked]).toEqual([2, []])
      expect(err).toContain('"gpt2" names no owner')
      expect(err).toContain('openai-community/gpt2')
    },
  )
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
