import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bytesOf, type HubFile } from '../support/hub/files.ts'
import { type PythonHub, pythonHub } from '../support/python-hub.ts'
import { startTarget, type Target } from './target.ts'

const script = fileURLToPath(new URL('hub-python.py', import.meta.url))
const repo = 'acme/files'
const weights: HubFile = { path: 'weights/model.safetensors', sizeBytes: 3_000_001, seed: 7 }
const files: HubFile[] = [
  { path: 'README.md', content: '---\ntags: [acceptance]\n---\n' },
  { path: 'config.json', content: '{"model_type": "bert"}' },
  { path: 'empty.txt', content: '' },
  { path: 'sub folder/näme one.txt', content: 'ö, in two bytes\n' },
  { path: 'model.onnx', content: 'no ONNX file, but stored as one' },
  weights,
]
const paths = files.map(({ path }) => path).toSorted()

let target: Target
let commit = ''
beforeAll(async () => {
  target = await startTarget()
  const { hub } = target
  if (hub === undefined) return
  for (const file of files) await hub.addFile({ repo: 'acme/digits', file })
  commit = (await target.api.pull('hf://acme/digits', { repo })).revision
  await target.api.pull('hf://acme/tiny-embedder')
})
afterAll(() => target.close())

/** How often the contents of files were requested. */
async function dataRequests(): Promise<number> {
  const { body } = await target.anonymous.get('/metrics')
  const lines = (body as string)
    .split('\n')
    .filter((line) => /^http_requests_total\{method="GET".*\/resolve\//.test(line))
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

async function expectFiles(folder: string) {
  for (const file of files)
    expect({ path: file.path, same: (await readFile(join(folder, file.path))).equals(await bytesOf(file)) }).toEqual({
      path: file.path,
      same: true,
    })
}

describe.each(['huggingface_hub==0.36.0', 'huggingface_hub>=1.33,<2', 'huggingface_hub>=2.4,<3'])(
  '%s',
  (requirement) => {
    let client: PythonHub | { reason: string }
    let home: string
    let environment: Record<string, string>
    beforeAll(async () => {
      client = await pythonHub(requirement)
      home = await mkdtemp(join(tmpdir(), 'slipway-hf-home-'))
      environment = {
        HOME: home,
        HF_HOME: home,
        HF_ENDPOINT: target.api.url,
        HF_TOKEN: target.key,
        HF_HUB_DISABLE_TELEMETRY: '1',
        HF_HUB_DISABLE_PROGRESS_BARS: '1',
        HF_HUB_DISABLE_UPDATE_CHECK: '1',
        NO_COLOR: '1',
      }
    })
    afterAll(() => rm(home, { recursive: true, force: true }))

    /** The client, unless it is not available or the stack pulls from another Hub. */
    const usable = (skip: (reason: string) => never): PythonHub => {
      if ('reason' in client) return skip(client.reason)
      return target.hub === undefined ? skip('the stack pulls from a Hub that is not ours') : client
    }

    it('downloads a snapshot completely, and no byte of it again', async ({ skip }) => {
      const { python } = usable(skip)
      const before = await dataRequests()
      const folder = JSON.parse(await python([script, 'snapshot', repo], environment))
      expect(folder).toContain(commit)
      await expectFiles(folder)
      const after = await dataRequests()
      // One file is empty, and Python creates it without a request.
      expect(after - before).toBe(files.length - 1)
      expect(JSON.parse(await python([script, 'snapshot', repo], environment))).toBe(folder)
      expect(await dataRequests()).toBe(after)
    })

    it('downloads with the hf command', async ({ skip }) => {
      const { hf } = usable(skip)
      const folder = join(home, 'downloaded')
      await hf(['download', repo, '--local-dir', folder], environment)
      await expectFiles(folder)
      expect(await hf(['auth', 'whoami'], environment)).toContain(target.api.url)
    })

    it('gets an answer to every reading call, and raises its own errors', async ({ skip }) => {
      const { python } = usable(skip)
      await python([script, 'snapshot', repo], environment)
      const said = JSON.parse(await python([script, 'calls', repo, 'sub folder', weights.path], environment))
      const [part, sha256] = await bytesOf(weights).then((bytes) => [
        bytes.subarray(1_000_000, 1_000_010).toString('hex'),
        createHash('sha256').update(bytes).digest('hex'),
      ])
      expect(said).toMatchObject({
        sha: commit,
        tags: expect.arrayContaining(['acceptance']),
        folders: ['sub folder', 'weights'],
        files: paths,
        lastCommits: [commit],
        inFolder: ['sub folder/näme one.txt'],
        paths: ['config.json', 'sub folder'],
        exists: [true, false],
        repoExists: [true, false],
        revisionExists: [true, false],
        branches: ['main'],
        commits: [commit],
        models: [repo, 'acme/tiny-embedder'],
        found: ['acme/tiny-embedder'],
        part,
        verified: said.version.startsWith('0.') ? null : files.length,
        missingRepo: expect.arrayContaining(['RepositoryNotFoundError']),
        missingRevision: expect.arrayContaining(['RevisionNotFoundError']),
        missingFile: expect.arrayContaining(['EntryNotFoundError']),
        anonymous: expect.arrayContaining(['RepositoryNotFoundError']),
        dataset: expect.arrayContaining(['RepositoryNotFoundError']),
      })
      expect(Object.keys(said.siblings).toSorted()).toEqual(paths)
      expect(said.siblings[weights.path]).toEqual([weights.sizeBytes, sha256])
      expect(said.listed).toContain(`${repo}/weights`)
      for (const error of [said.wrongToken, said.wrongTokenFile]) {
        expect(error[0]).toBe('HfHubHTTPError')
        expect(error.at(-1)).toContain('Invalid credentials in Authorization header')
      }
    })
  },
)
