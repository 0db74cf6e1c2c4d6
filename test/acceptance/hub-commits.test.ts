import { createHash } from 'node:crypto'
import {
  checkRepoAccess,
  countCommits,
  createRepo,
  listCommits,
  listModels,
  modelInfo,
  uploadFile,
  uploadFiles,
} from '@huggingface/hub'
import { beforeAll, describe, expect, it } from 'vitest'
import { blob, bytesOf, failure, file, header, textOf, useHubWriter } from './hub-writer.ts'

const { hub, ask, post, sendCommit, pathsIn } = useHubWriter()

describe('the rest of the Hub protocol', () => {
  it('renames a repo, whose old name redirects to it until it is taken', async () => {
    const repo = 'writers/old-name'
    await createRepo({ ...hub.params, repo })
    await uploadFile({ ...hub.params, repo, file: { path: 'a', content: blob('moved') } })
    await createRepo({ ...hub.params, repo: 'writers/taken' })
    const move = (fromRepo: string, toRepo: string) => post('/api/repos/move', { fromRepo, toRepo, type: 'model' })
    expect((await move(repo, 'writers/taken')).status).toBe(409)
    expect((await move(repo, 'others/new-name')).status).toBe(200)
    expect(await textOf({ ...hub.params, repo: 'others/new-name', path: 'a' })).toBe('moved')
    expect(await textOf({ ...hub.params, repo, path: 'a' })).toBe('moved')
    expect((await modelInfo({ ...hub.params, name: repo })).name).toBe('others/new-name')
    await createRepo({ ...hub.params, repo })
    expect(await pathsIn(repo)).toEqual([])
    expect((await move('writers/nothing', 'writers/x')).status).toBe(404)
    expect((await move('others/new-name', 'others/../x')).status).toBe(400)
  })

  it('makes a repo public and private', async () => {
    const repo = 'writers/open'
    await createRepo({ ...hub.params, repo, private: false })
    await uploadFile({ ...hub.params, repo, file: { path: 'a', content: blob('open') } })
    const { accessToken: _, ...stranger } = hub.params
    expect(await textOf({ ...stranger, repo, path: 'a' })).toBe('open')
    expect((await modelInfo({ ...stranger, name: repo })).private).toBe(false)
    expect((await Array.fromAsync(listModels(stranger))).map(({ name }) => name)).toEqual([repo])
    const settings = (body: unknown) => post(`/api/models/${repo}/settings`, body, { method: 'PUT' })
    expect((await settings({ visibility: 'private' })).status).toBe(200)
    expect((await failure(checkRepoAccess({ ...stranger, repo }))).statusCode).toBe(401)
    expect(await Array.fromAsync(listModels(stranger))).toEqual([])
    expect((await settings({ visibility: 'protected' })).status).toBe(400)
    expect((await settings({ gated: 'auto' })).status).toBe(400)
    expect((await settings({ private: false })).status).toBe(200)
    expect(await textOf({ ...stranger, repo, path: 'a' })).toBe('open')
  })

  it('tags commits, each tag once', async () => {
    const repo = 'writers/tags'
    await createRepo({ ...hub.params, repo })
    await uploadFile({ ...hub.params, repo, file: { path: 'a', content: blob('1') } })
    const tag = (body: unknown, revision = 'main') => post(`/api/models/${repo}/tag/${revision}`, body)
    expect((await tag({ tag: 'v1', message: 'the first' })).status).toBe(200)
    await uploadFile({ ...hub.params, repo, file: { path: 'a', content: blob('2') } })
    expect((await tag({ tag: 'v1' })).status).toBe(409)
    expect((await tag({ tag: 'v2' }, 'nowhere')).status).toBe(404)
    expect((await tag({ tag: '-' })).status).toBe(400)
    expect(await textOf({ ...hub.params, repo, path: 'a', revision: 'v1' })).toBe('1')
    const onTag = failure(uploadFile({ ...hub.params, repo, branch: 'v1', file: { path: 'a', content: blob('3') } }))
    expect((await onTag).statusCode).toBe(404)
    expect((await ask(`/api/models/${repo}/tag/v1`, { method: 'DELETE' })).status).toBe(200)
    expect((await ask(`/api/models/${repo}/tag/v1`, { method: 'DELETE' })).status).toBe(404)
  })

  it.each([
    ['GET', 'xet-write-token/main', 404, /HF_HUB_DISABLE_XET=1/],
    ['GET', 'xet-read-token/main', 404, /HF_HUB_DISABLE_XET=1/],
    ['POST', 'super-squash/main', 501, /cannot be squashed/],
    ['POST', 'commit/main?create_pr=1', 400, /no pull requests/],
    ['POST', 'preupload/main?create_pr=1', 400, /no pull requests/],
    ['POST', 'duplicate', 501, /cannot be duplicated/],
    ['POST', 'discussions', 501, /no pull requests/],
    ['GET', 'discussions', 404, /no pull requests/],
    ['GET', 'lfs-files', 501, /collected automatically/],
  ])('says clearly what is not supported: %s %s', async (method, path, status, message) => {
    const repo = 'writers/refused'
    await createRepo({ ...hub.params, repo }).catch(() => {})
    const answer = await ask(`/api/models/${repo}/${path}`, { method, ...(method === 'POST' && { body: '{}' }) })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('x-error-message')).toMatch(message)
    expect((await ask(`/api/models/writers/none/${path}`, { method })).status).toBe(404)
  })

  it('tells llama.cpp which file to run', async () => {
    const repo = 'writers/gguf'
    await createRepo({ ...hub.params, repo })
    const files = ['m-Q4_K_M.gguf', 'm-Q8_0.gguf'].map((path) => ({ path, content: blob(bytesOf(1000, path)) }))
    await uploadFiles({ ...hub.params, repo, files })
    const manifest = (tag: string) => ask(`/v2/${repo}/manifests/${tag}`, { headers: { 'user-agent': 'llama-cpp' } })
    expect(await (await manifest('latest')).json()).toMatchObject({
      ggufFile: { rfilename: 'm-Q4_K_M.gguf', size: 1000 },
    })
    expect(await (await manifest('Q8_0')).json()).toMatchObject({ ggufFile: { rfilename: 'm-Q8_0.gguf' } })
    expect((await manifest('Q2_K')).status).toBe(404)
    expect((await fetch(`${hub.target.api.url}/v2/${repo}/manifests/latest`)).status).toBe(401)
  })

  it('validates a model card sent as JSON or as a form', async () => {
    const good = await post('/api/validate-yaml', { content: '---\nlicense: mit\n---\n', repoType: 'model' })
    expect([good.status, await good.json()]).toEqual([200, { errors: [], warnings: [] }])
    const bad = await ask('/api/validate-yaml', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ content: '---\nlicense: [\n---\n', repoType: 'model' }).toString(),
    })
    expect([bad.status, await bad.json()]).toEqual([400, { errors: [{ message: expect.any(String) }], warnings: [] }])
  })

  it('warns clients that upload through Xet only, and only where it matters', async () => {
    const repo = 'writers/xet'
    await createRepo({ ...hub.params, repo })
    const ahead = (path: string, agent: string) =>
      post(
        `/api/models/${repo}/preupload/main`,
        { files: [{ path, size: 10, sample: Buffer.from('text').toString('base64') }] },
        { headers: { 'user-agent': agent } },
      )
    const warning = async (path: string, agent: string) => (await ahead(path, agent)).headers.get('x-hf-warning')
    expect(await warning('m.onnx', 'unknown/None; hf_hub/2.4.0; python/3.12')).toMatch(
      /^xet; .*If this upload fails: set HF_HUB_DISABLE_XET=1/,
    )
    expect(await warning('m.onnx', 'unknown/None; hf_hub/1.20.0')).not.toBeNull()
    expect(await warning('m.txt', 'unknown/None; hf_hub/2.4.0')).toBeNull()
    expect(await warning('m.onnx', 'unknown/None; hf_hub/1.19.9')).toBeNull()
    expect(await warning('m.onnx', 'unknown/None; hf_hub/0.36.0')).toBeNull()
  })
})

describe('an invalid commit', () => {
  const repo = 'writers/hostile'
  const oid = createHash('sha256').update('never uploaded').digest('hex')
  beforeAll(async () => {
    await createRepo({ ...hub.params, repo })
    await uploadFile({ ...hub.params, repo, file: { path: 'kept.txt', content: blob('kept') } })
  })

  const lfs = (value: Record<string, unknown>) => ({
    key: 'lfsFile',
    value: { path: 'm.onnx', algo: 'sha256', oid, ...value },
  })
  it.each([
    ['names content that nobody uploaded', [header(), lfs({ size: 14 })], 422, /was not uploaded/],
    ['holds a pickle', [header(), file('model.pkl', 'x')], 400, /pickle/],
    ['leaves the repo', [header(), file('../x', 'x')], 400, /no path/],
    ['deletes what is not there', [header(), { key: 'deletedFile', value: { path: 'none' } }], 404, /none/],
    ['collides', [header(), file('KEPT.txt', 'x')], 400, /differ only in case/],
    ['has no header', [file('a', 'a')], 400, /header has to be the first/],
  ])('is refused as a whole: it %s', async (_, lines, status, message) => {
    const before = await countCommits({ ...hub.params, repo })
    const answer = await sendCommit(repo, [...lines.slice(0, 1), file('also.txt', 'also'), ...lines.slice(1)])
    expect([answer.status, answer.headers.get('x-error-message')]).toEqual([status, expect.stringMatching(message)])
    expect(await countCommits({ ...hub.params, repo })).toBe(before)
    expect(await pathsIn(repo)).toEqual(['kept.txt'])
  })

  it('refuses pickles before they are uploaded', async () => {
    const refused = await failure(
      uploadFile({ ...hub.params, repo, file: { path: 'pytorch_model.bin', content: blob(bytesOf(1000, 'p')) } }),
    )
    expect(refused).toMatchObject({ statusCode: 400, message: expect.stringContaining('safetensors') })
  })

  it('creates no commit if nothing changes', async () => {
    const before = await countCommits({ ...hub.params, repo })
    const again = await sendCommit(repo, [header(), file('kept.txt', 'kept')])
    const [head] = await Array.fromAsync(listCommits({ ...hub.params, repo }))
    expect(await again.json()).toMatchObject({ success: true, commitOid: head?.oid })
    expect(await countCommits({ ...hub.params, repo })).toBe(before)
  })
})

describe('concurrent commits', () => {
  it('to one branch lose nothing', async () => {
    const repo = 'writers/crowd'
    await createRepo({ ...hub.params, repo })
    const names = Array.from({ length: 12 }, (_, at) => `file-${at}.txt`)
    const answers = await Promise.all(names.map((name) => sendCommit(repo, [header(), file(name, name)])))
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200))
    expect(await pathsIn(repo)).toEqual(names.toSorted())
    expect(await countCommits({ ...hub.params, repo })).toBe(13)
  })

  it('from one parent succeed one at a time', async () => {
    const repo = 'writers/race'
    await createRepo({ ...hub.params, repo })
    for (let round = 0; round < 3; round++) {
      const [head] = await Array.fromAsync(listCommits({ ...hub.params, repo }))
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, at) =>
          sendCommit(repo, [header({ parentCommit: head?.oid }), file('a', `${round} ${at}`)]),
        ),
      )
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array.from({ length: 9 }, () => 412)])
      expect(await countCommits({ ...hub.params, repo })).toBe(round + 2)
    }
  })
})
