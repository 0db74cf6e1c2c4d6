import { gzipSync } from 'node:zlib'
import { Hono } from 'hono'
import { expect, it } from 'vitest'
import * as z from 'zod'
import { AppError } from '../../../shared/errors.ts'
import { parseJsonInSteps, readJson } from '../../../shared/http/json-body.ts'

const app = new Hono()
app.onError((error, context) => context.json(error.message, error instanceof AppError ? 400 : 500))
app.post('/', async (context) => context.json(await readJson(context, z.object({ inputs: z.string() }))))

const ask = async (body: Uint8Array<ArrayBuffer>) => {
  const response = await app.request('/', { method: 'POST', body })
  return { status: response.status, body: await response.json() }
}

it('refuses a body that is not UTF-8 instead of replacing characters', async () => {
  const body = Buffer.concat([Buffer.from('{"inputs":"a'), Buffer.from([0xff, 0xc0]), Buffer.from('"}')])
  const answer = await ask(new Uint8Array(body))
  expect(answer.status).toBe(400)
  expect(answer.body).toContain('not UTF-8')
})

it('names an unsupported content encoding instead of calling the body invalid UTF-8', async () => {
  const headers = { 'content-encoding': 'gzip' }
  const response = await app.request('/', { method: 'POST', headers, body: gzipSync('{"inputs":"a"}') })
  expect(await response.json()).toBe('The content encoding "gzip" is not supported; send the body as it is.')
})

it('reads a body with a byte order mark and characters of every length', async () => {
  const answer = await ask(new TextEncoder().encode('\uFEFF{"inputs":"é漢😀"}'))
  expect(answer).toEqual({ status: 200, body: { inputs: 'é漢😀' } })
})

it('refuses a body with too many names before parsing it', async () => {
  const names = Array.from({ length: 20_000 }, (_, at) => `"k${at}":1`).join(',')
  const answer = await ask(new TextEncoder().encode(`{"inputs":{${names}, and this is no JSON`))
  expect(answer).toEqual({ status: 400, body: expect.stringContaining('different field names; "k9999"') })
})

it('reports invalid JSON before a duplicate name', async () => {
  const answer = await ask(new TextEncoder().encode('{"inputs":"a","inputs":"b"'))
  expect(answer).toEqual({ status: 400, body: expect.stringContaining('JSON') })
  expect(answer.body).not.toContain('twice')
})

it('yields to other requests between the passes over one long text', () => {
  const steps = parseJsonInSteps(`{"inputs":"${'\\"'.repeat(100_000)}"}`)
  let count = 0
  while (!steps.next().done) count++
  // A pass each for names, for the end of the text, for parsing, and for lone surrogates.
  expect(count).toBe(4)
})
