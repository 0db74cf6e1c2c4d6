import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRegistryApp } from '../../../functions/registry/app.ts'
import { toDeployment } from '../../../functions/registry/deployment-state.ts'
import type { OnnxMetadata, RevisionMetadata } from '../../../shared/contract/repo.ts'
import { createLogger } from '../../../shared/log.ts'
import { createMetrics } from '../../../shared/metrics.ts'
import { chooseOnnxFile } from '../../../shared/model/choose-onnx-file.ts'
import { defaultDeploymentName } from '../../../shared/model/default-deployment-name.ts'
import { startTable, type TestTable } from '../../support/dynoxide.ts'
import { admin } from '../../support/principals.ts'

let held: TestTable
beforeAll(async () => {
  held = await startTable()
})
afterAll(() => held.close())

const app = (verify = async () => admin()) =>
  createRegistryApp({
    table: held.table,
    ingest: { send: async () => {}, sendMany: async () => {} },
    version: '0.0.0',
    verify,
    log: createLogger({ level: 'silent' }),
    metrics: createMetrics(),
  })

describe('the registry app', () => {
  it('answers /health and its OpenAPI document without a key', async () => {
    const strangers = app(async () => {
      throw new Error('nobody is let in')
    })
    expect((await strangers.request('/health')).status).toBe(200)
    const document = (await (await strangers.request('/api/v1/openapi.json')).json()) as { openapi: string }
    expect(document.openapi).toBe('3.1.0')
  })

  it('names the supported methods of a path', async () => {
    const told = async (method: string, path: string) => {
      const answer = await app().request(path, { method })
      const { error } = (await answer.json()) as { error: { code: string } }
      return { status: answer.status, allow: answer.headers.get('allow'), code: error.code }
    }
    expect(await told('PUT', '/api/v1/repos')).toEqual({
      status: 405,
      allow: 'GET, HEAD, POST',
      code: 'method_not_allowed',
    })
    // Middleware below a path is not a route of the path.
    expect(await told('PUT', '/api/v1/deployments')).toMatchObject({ allow: 'GET, HEAD, POST' })
    expect(await told('PUT', '/api/v1/deployments/iris/pause')).toMatchObject({ allow: 'POST' })
    expect(await told('PUT', '/health')).toEqual({ status: 405, allow: 'GET, HEAD', code: 'method_not_allowed' })
    expect(await told('PUT', '/api/v1/nowhere')).toEqual({ status: 404, allow: null, code: 'route_not_found' })
  })

  it.each([
    ['text/plain', '"Content-Type" is "text/plain"'],
    [undefined, '"Content-Type" is missing'],
  ])('says which content type it takes instead of %s', async (type, said) => {
    const body = new Blob(['{"name":"acme/x"}'])
    const answer = await app().request('/api/v1/repos', {
      method: 'POST',
      body,
      ...(type !== undefined && { headers: { 'content-type': type } }),
    })
    expect(answer.status).toBe(415)
    const { error } = (await answer.json()) as { error: { message: string; param: string } }
    expect(error.param).toBe('Content-Type')
    expect(error.message).toContain(said)
    expect(error.message).toContain('Send "Content-Type: application/json".')
  })

  it('answers HEAD with the status and the headers of GET, also to a client that has the answer', async () => {
    const got = await app().request('/api/v1/repos')
    const head = await app().request('/api/v1/repos', { method: 'HEAD' })
    const tag = got.headers.get('etag') ?? ''
    expect(tag).not.toBe('')
    expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, tag, ''])
    const known = await app().request('/api/v1/repos', { method: 'HEAD', headers: { 'if-none-match': tag } })
    expect([known.status, known.headers.get('etag')]).toEqual([304, tag])
  })

  it('reveals nothing about an internal error but the request id', async () => {
    const broken = app(async () => {
      throw new Error('secret detail')
    })
    const answer = await broken.request('/api/v1/repos', { headers: { 'x-request-id': 'r-1' } })
    expect(answer.status).toBe(500)
    const text = await answer.text()
    expect(text).not.toContain('secret detail')
    expect(text).toContain('r-1')
  })

  it('starts one import for simultaneous requests of the same source', async () => {
    const ask = () =>
      app().request('/api/v1/imports', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ source: 'hf://twice/asked' }),
      })
    const answers = await Promise.all(Array.from({ length: 20 }, ask))
    const statuses = answers.map(({ status }) => status).toSorted()
    expect(statuses).toEqual([...Array(19).fill(200), 202])
    const ids = await Promise.all(answers.map(async (answer) => ((await answer.json()) as { id: string }).id))
    expect(new Set(ids).size).toBe(1)
  })
})

const onnx = (path: string, fault?: string): OnnxMetadata => ({
  path,
  inputs: [],
  outputs: [],
  opset: {},
  ...(fault !== undefined && { fault }),
})
const metadata = (files: OnnxMetadata[], task?: string): RevisionMetadata => ({
  tags: [],
  baseModels: [],
  datasets: [],
  languages: [],
  warnings: [],
  onnx: files,
  ...(task !== undefined && { task }),
})

describe('the ONNX file to serve', () => {
  it.each([
    [['onnx/model.onnx', 'onnx/model_int8.onnx'], undefined, 'onnx/model.onnx'],
    [['model.onnx', 'other.onnx'], undefined, 'model.onnx'],
    [['onnx/model_int8.onnx'], undefined, 'onnx/model_int8.onnx'],
    [['onnx/model.onnx', 'onnx/model_int8.onnx'], 'onnx/model_int8.onnx', 'onnx/model_int8.onnx'],
  ])('of %j, requested as %s, is %s', (paths, wanted, file) => {
    const input = {
      target: 'a/b@main',
      metadata: metadata(
        paths.map((path) => onnx(path)),
        'feature-extraction',
      ),
      wanted,
    }
    expect(chooseOnnxFile(input)).toEqual({ file, task: 'feature-extraction', pipelineTag: 'feature-extraction' })
  })

  it.each([
    [[], 'x', 'no ONNX file'],
    [[onnx('a.onnx'), onnx('b.onnx')], 'feature-extraction', 'a.onnx, b.onnx'],
    [[onnx('a.onnx', 'a.onnx is not a valid ONNX file')], 'x', 'a.onnx'],
    [[onnx('a.onnx')], 'text-generation', 'Served are: feature-extraction'],
  ])('is refused with advice', (files, task, hint) => {
    expect(() => chooseOnnxFile({ target: 'a/b@main', metadata: metadata(files, task) })).toThrow(hint)
  })
})

describe('a deployment', () => {
  it.each([
    ['sentence-transformers/all-MiniLM-L6-v2', 'all-minilm-l6-v2'],
    ['a/B__c.d', 'b-c-d'],
    ['a/-', 'model'],
  ])('for %s is named %s by default', (repo, name) => {
    expect(defaultDeploymentName(repo)).toBe(name)
  })

  const item = {
    name: 'd',
    owner: 'a',
    repoId: '0'.repeat(24),
    target: 'a/b@main',
    repo: 'a/b',
    ref: 'main',
    revision: 'r2',
    task: 't',
    file: 'f',
    createdAt: '',
    createdBy: '',
  }
  const replica = (state: 'LOADING' | 'READY' | 'FAILED', revision = 'r2') => ({
    id: state,
    state,
    revision,
    updatedAt: '',
  })

  it.each([
    [[], 'PENDING'],
    [[replica('LOADING')], 'LOADING'],
    [[replica('FAILED'), replica('READY')], 'READY'],
    [[replica('FAILED'), replica('LOADING')], 'LOADING'],
    [[replica('FAILED')], 'FAILED'],
    [[replica('READY', 'r1')], 'PENDING'],
  ] as const)('with the replicas %j is %s', (replicas, state) => {
    expect(toDeployment(item, { replicas, alive: [] }).state).toBe(state)
  })
})
