import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeKey, makeUser, putMembership } from '../../../support/make-key.ts'
import { readReference } from '../support/folders.ts'
import { embedderModel, irisModel } from '../support/test-models.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'

interface Row {
  text: string
  input_ids: number[]
  vector: number[]
}

interface EmbeddingAnswer {
  object: string
  data: { object: string; index: number; embedding: number[] }[]
  model: string
  usage: { prompt_tokens: number; total_tokens: number }
}

let host: TestServing
let rows: Row[]
beforeAll(async () => {
  host = await startTestServing([await embedderModel(), await irisModel()])
  rows = (await readReference('tiny-embedder')).rows
})
afterAll(() => host.close())

const post = (json: unknown) => host.ask('/v1/embeddings', { json })
const embed = async (json: Record<string, unknown>) =>
  (await (await post({ model: 'tiny', ...json })).json()) as EmbeddingAnswer

function expectVector(actual: ArrayLike<number> | undefined, expected: number[]) {
  expect(actual).toHaveLength(expected.length)
  for (const [i, value] of expected.entries()) expect(actual?.[i]).toBeCloseTo(value, 5)
}

describe('POST /v1/embeddings', () => {
  it('answers an empty text with the vector of its special tokens', async () => {
    const response = await post({ model: 'tiny', input: ['a', ''] })
    const { data, usage } = (await response.json()) as {
      data: { embedding: number[] }[]
      usage: { prompt_tokens: number }
    }
    expect(data).toHaveLength(2)
    expect(usage.prompt_tokens).toBe(3 + 2)
  })

  it('gives the reference vectors, alone and batched, in the order of the texts', async () => {
    const batched = await embed({ input: rows.map(({ text }) => text) })
    expect(batched).toMatchObject({ object: 'list', model: 'tiny' })
    for (const [index, { text, vector }] of rows.entries()) {
      const alone = await embed({ input: text })
      expectVector(alone.data[0]?.embedding, vector)
      expectVector(batched.data[index]?.embedding, vector)
      expect(batched.data[index]).toMatchObject({ object: 'embedding', index })
    }
  })

  it('accepts token ids, as one list or several', async () => {
    const one = await embed({ input: rows[0]?.input_ids })
    const two = await embed({ input: [rows[1]?.input_ids, rows[2]?.input_ids] })
    expectVector(one.data[0]?.embedding, rows[0]?.vector ?? [])
    expectVector(two.data[1]?.embedding, rows[2]?.vector ?? [])
  })

  it('says of the ids of another tokenizer, which LangChain sends by default, what to send instead', async () => {
    const response = await post({ model: 'tiny', input: [[15339, 90017]] })
    expect(response.status).toBe(422)
    expect(await response.text()).toMatch(/15339.*not a token id.*check_embedding_ctx_length=False/)
  })

  it('accepts texts and token ids mixed, like text-embeddings-inference', async () => {
    const { data, usage } = await embed({
      input: [rows[0]?.input_ids, rows[1]?.text, rows[2]?.input_ids, rows[3]?.text],
    })
    for (const [index, { embedding }] of data.entries()) expectVector(embedding, rows[index]?.vector ?? [])
    const tokens = rows.slice(0, 4).reduce((total, { input_ids }) => total + input_ids.length, 0)
    expect([data.length, usage.prompt_tokens]).toEqual([4, tokens])
  })

  it('counts the embedded tokens, including special ones', async () => {
    const { usage } = await embed({ input: rows.map(({ text }) => text) })
    const tokens = rows.reduce((total, { input_ids }) => total + input_ids.length, 0)
    expect(usage).toEqual({ prompt_tokens: tokens, total_tokens: tokens })
  })

  it('shortens vectors to the requested dimensions, at length 1', async () => {
    const { data } = await embed({ input: rows[0]?.text, dimensions: 4 })
    const short = rows[0]?.vector.slice(0, 4) ?? []
    expectVector(
      data[0]?.embedding,
      short.map((value) => value / Math.hypot(...short)),
    )
  })

  it('answers the OpenAI SDK, which asks for base64 by default', async () => {
    const fetchFromApp = (url: string | URL | Request, init?: RequestInit) =>
      host.ask(new URL(String(url)).pathname, { ...init, token: null })
    const token = await newKey(['infer'], ['slipway-tests', 'sklearn'])
    const openai = new OpenAI({ apiKey: token, baseURL: 'http://slipway/v1', fetch: fetchFromApp, maxRetries: 0 })
    const { data } = await openai.embeddings.create({
      model: 'slipway-tests/tiny-embedder',
      input: [rows[3]?.text ?? ''],
    })
    expectVector(data[0]?.embedding, rows[3]?.vector ?? [])
    const models = await openai.models.list()
    expect(models.data.map(({ id }) => id)).toEqual(['iris', 'tiny'])
    expect(await openai.models.retrieve('slipway-tests/tiny-embedder')).toMatchObject({ id: 'tiny', object: 'model' })
    const absent = openai.embeddings.create({ model: 'absent', input: 'a' })
    await expect(absent).rejects.toMatchObject({ status: 404, code: 'model_not_found', type: 'invalid_request_error' })
  })

  it.each([
    ['no input', { model: 'tiny' }, 400, 'input'],
    ['an empty list', { model: 'tiny', input: [] }, 400, 'input'],
    ['a number', { model: 'tiny', input: 5 }, 400, 'input'],
    ['null', { model: 'tiny', input: null }, 400, 'input'],
    ['an object', { model: 'tiny', input: { text: 'a' } }, 400, 'input'],
    ['a text and a number', { model: 'tiny', input: ['a', 5] }, 400, 'input[1]'],
    ['a list of an empty list', { model: 'tiny', input: [[]] }, 400, 'input[0]'],
    ['a token that is not in the vocabulary', { model: 'tiny', input: [[2, 99999, 3]] }, 422, 'input[0][1]'],
    ['a token below 0', { model: 'tiny', input: [2, -1, 3] }, 422, 'input[1]'],
    ['half a token', { model: 'tiny', input: [2, 1.5, 3] }, 422, 'input[1]'],
    ['more tokens than the model takes', { model: 'tiny', input: Array(25).fill(5) }, 422, 'input'],
    ['2049 texts', { model: 'tiny', input: Array(2049).fill('a') }, 400, 'input'],
    ['no model', { input: 'a' }, 400, 'model'],
    ['an empty model name', { model: '', input: 'a' }, 400, 'model'],
    ['a model that is null', { model: null, input: 'a' }, 400, 'model'],
    ['a model that is no text', { model: 5, input: 'a' }, 400, 'model'],
    ['a strange encoding', { model: 'tiny', input: 'a', encoding_format: 'int8' }, 400, 'encoding_format'],
    ['no dimensions', { model: 'tiny', input: 'a', dimensions: 0 }, 400, 'dimensions'],
    ['more dimensions than the vector has', { model: 'tiny', input: 'a', dimensions: 17 }, 400, 'dimensions'],
    ['a model of another task', { model: 'iris', input: 'a' }, 400, 'model'],
    ['an unknown model', { model: 'absent', input: 'a' }, 404, 'model'],
  ])("refuses %s in OpenAI's error format", async (_what, json, status, param) => {
    const response = await post(json)
    expect(response.status).toBe(status)
    const { error } = (await response.json()) as { error: Record<string, unknown> }
    expect(Object.keys(error).sort()).toEqual(['code', 'message', 'param', 'type'])
    expect(error).toMatchObject({ type: 'invalid_request_error', param })
  })

  it('refuses a text of 10 MB, and truncates one of 3 MB', async () => {
    const large = await post({ model: 'tiny', input: 'the sun '.repeat(1_300_000) })
    expect(large.status).toBe(413)
    const { data } = await embed({ input: 'the '.repeat(750_000) })
    const same = await embed({ input: 'the '.repeat(40) })
    expect(data[0]?.embedding).toEqual(same.data[0]?.embedding)
  })

  it('requires a key with the scope to infer', async () => {
    const denied = await host.ask('/v1/embeddings', { method: 'POST', body: '{', token: null })
    expect([denied.status, await denied.json()]).toMatchObject([401, { error: { type: 'authentication_error' } }])
    const token = await newKey(['read'], ['slipway-tests'])
    const forbidden = await host.ask('/v1/embeddings', { json: { model: 'tiny', input: 'a' }, token })
    expect([forbidden.status, await forbidden.json()]).toMatchObject([403, { error: { code: 'missing_scope' } }])
    const granted = await newKey(['infer'], ['slipway-tests'])
    expect((await host.ask('/v1/embeddings', { json: { model: 'tiny', input: 'a' }, token: granted })).status).toBe(200)
  })

  it('answers for a hidden model as if it did not exist', async () => {
    const token = await newKey(['infer'], ['other-team'])
    const ask = async (model: string) => {
      const answer = await host.ask('/v1/embeddings', { json: { model, input: 'a' }, token })
      return [answer.status, (await answer.text()).replaceAll(model, 'NAME')]
    }
    const hidden = await ask('tiny')
    expect(hidden).toEqual(await ask('none'))
    expect(hidden[0]).toBe(404)
  })
})

/** A key of a user who belongs to these organisations. */
async function newKey(scopes: ('infer' | 'read')[], owners: string[]): Promise<string> {
  const user = await makeUser(host.table)
  for (const owner of owners) await putMembership(host.table, { user, owner, role: 'read' })
  return makeKey(host.table, { user, scopes })
}
