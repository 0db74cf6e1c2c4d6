import { afterEach, describe, expect, it, vi } from 'vitest'
import { errors } from '../../../shared/errors.ts'
import { platformEnvelope } from '../../../shared/http/envelopes.ts'
import { cli } from './support/run-cli.ts'

afterEach(() => vi.unstubAllGlobals())
const answers = (answer: object) => vi.stubGlobal('fetch', async () => Response.json(answer))

describe('the suggested next command', () => {
  const empty = { id: 'acme/one', visibility: 'private', refs: {}, tags: [] }
  const upload = 'next: HF_ENDPOINT=http://127.0.0.1:8000 HF_TOKEN="$(cat key)" hf upload acme/one FOLDER'

  it.each([
    [['repo', 'create', 'acme/one'], 'model', `${upload}\n`],
    [['repo', 'create', 'acme/one', '--dataset'], 'dataset', `${upload} --repo-type dataset\n`],
    [['show', 'acme/one'], 'model', `It is empty.\n${upload}\n`],
    [['show', 'acme/one', '--dataset'], 'dataset', `It is empty.\n${upload} --repo-type dataset\n`],
    [['repo', 'delete', 'acme/one'], 'model', 'next: slipway repo undelete acme/one\n'],
    [['repo', 'delete', 'acme/one', '--dataset'], 'dataset', 'next: slipway repo undelete acme/one --dataset\n'],
  ])('is complete and works as printed, after %j', async (parameters, kind, err) => {
    answers({ ...empty, kind })
    expect(await cli(...parameters)).toMatchObject({ code: 0, err })
  })

  it('is not a deployment for a dataset', async () => {
    answers({ name: 'v1', revision: 'a'.repeat(40) })
    expect((await cli('tag', 'acme/one', '--next')).err).toBe('next: slipway deploy acme/one@v1\n')
    expect((await cli('tag', 'acme/one', '--next', '--dataset')).err).toBe('')
  })
})

describe('a command with --detach', () => {
  const one = { name: 'one', url: '/api/v1/predict/one', state: 'LOADING', targets: [] }

  it.each([
    [['deploy', 'acme/one', '--detach'], one, 'next: slipway status one\n'],
    [['resume', 'one', '--detach'], one, 'next: slipway status one\n'],
    [['pull', 'acme/one', '--detach'], { id: 'imp_1', state: 'PENDING', repo: 'acme/one' }, 'next: slipway status\n'],
    [
      ['gc', '--detach'],
      { id: 'mnt_1', state: 'RUNNING', kind: 'gc' },
      'next: the same command without --detach follows the job\n',
    ],
  ])('says where to watch the work: %j', async (parameters, answer, err) => {
    answers(answer)
    expect(await cli(...parameters)).toMatchObject({ code: 0, err })
  })
})

describe('the suggested input of a graph', () => {
  const ready = { name: 'one', url: '/p', state: 'READY', targets: [], repo: 'acme/one', revision: 'r', file: 'm.onnx' }
  const deployed = async (inputs: object[] | Response) => {
    vi.stubGlobal('fetch', async (url: string) => {
      if (!url.includes('/revisions/')) return Response.json({ ...ready, task: 'tensors' })
      return inputs instanceof Response ? inputs : Response.json({ metadata: { onnx: [{ path: 'm.onnx', inputs }] } })
    })
    return await cli('deploy', 'acme/one')
  }

  it('is valid if the graph declares small tensor sizes', async () => {
    const inputs = [
      { name: 'ids', type: 'int64', shape: ['batch', 2] },
      { name: 'who', type: 'string', shape: [-1] },
      { name: 'mask', type: 'bool', shape: [1, 1] },
    ]
    const { err } = await deployed(inputs)
    expect(err).toBe(`next: slipway predict one '{"ids":[[0,0]],"who":[""],"mask":[[false]]}'\n`)
  })

  it('names the tensors if they are too large for a line', async () => {
    const inputs = [
      { name: 'pixels', type: 'float32', shape: [1, 3, 224, 224] },
      { name: 'any', type: 'float32' },
    ]
    expect((await deployed(inputs)).err).toBe(`next: slipway predict one '{"pixels":[…],"any":[…]}'\n`)
  })

  it('does not fail a ready deployment if it cannot be found out', async () => {
    const refused = Response.json({ error: { code: 'missing_scope', message: 'No.' } }, { status: 403 })
    expect(await deployed(refused)).toMatchObject({ code: 0, err: 'next: slipway predict one --help\n' })
  })
})

describe('an empty list', () => {
  it.each([
    [['ls'], 'No models yet. Import one: slipway pull hf://owner/name\n'],
    [['ls', '--dataset'], 'No datasets yet.\n'],
    [['ls', '--owner', 'acme'], 'No model matches.\n'],
    [['ls', '--dataset', '--tag', 'x'], 'No dataset matches.\n'],
  ])('says that it is empty: %j', async (parameters, err) => {
    answers({ items: [] })
    expect(await cli(...parameters)).toMatchObject({ code: 0, out: '', err })
  })
})

it('the CLI shows why the server rejects a key, such as an expired access token', async () => {
  const error = errors.invalidSession()
  vi.stubGlobal('fetch', async () => Response.json(platformEnvelope(error, 'req_1'), { status: error.status }))
  const { code, err } = await cli('ls')
  expect(code).toBe(1)
  expect(err).toMatch(/does not accept the API key\..*access token is invalid or expired.*log in again/)
})

describe('slipway alias --delete', () => {
  const at = (ref: string, revision: string, follows = true) => ({ repo: 'acme/one', ref, revision, follows })
  const deployments = [
    { name: 'follows', targets: [at('v1', 'b'.repeat(40), false), at('champion', 'a'.repeat(40))] },
    { name: 'copies', targets: [at('v1', 'b'.repeat(40), false)], shadow: at('champion', 'c'.repeat(40)) },
    { name: 'stands', targets: [at('champion', 'a'.repeat(40), false)] },
    { name: 'another', targets: [{ ...at('champion', 'a'.repeat(40)), repo: 'acme/two' }] },
  ]
  const deleting = (listed: () => Response) =>
    vi.stubGlobal('fetch', async (_: string, { method }: RequestInit) =>
      method === 'DELETE' ? new Response(null, { status: 204 }) : listed(),
    )

  it('names the deployments that followed the alias, and the revision they keep', async () => {
    deleting(() => Response.json({ items: deployments }))
    const { code, out, err } = await cli('alias', 'Acme/one', 'champion', '--delete')
    expect({ code, out }).toEqual({ code: 0, out: 'champion is gone\n' })
    expect(err).toMatch(/^"follows" followed it and stays at a{12},.*\n"copies" followed it and stays at c{12},.*\n$/)
  })

  it('succeeds with a key that may not list deployments', async () => {
    deleting(() => Response.json({ error: { code: 'missing_scope', message: 'No.' } }, { status: 403 }))
    const answer = await cli('alias', 'acme/one', 'champion', '--delete')
    expect(answer).toEqual({ code: 0, out: 'champion is gone\n', err: '' })
  })
})
