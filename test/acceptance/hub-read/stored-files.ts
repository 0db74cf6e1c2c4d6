import type { HubApiError } from '@huggingface/hub'
import { afterAll, beforeAll, expect } from 'vitest'
import { bytesOf, type HubFile } from '../../support/hub/files.ts'
import { startTarget, type Target } from '../target.ts'

export const repo = 'acme/files'
export const weights = { path: 'weights/model.safetensors', sizeBytes: 3_000_001, seed: 7 } satisfies HubFile
const files: HubFile[] = [
  { path: 'README.md', content: '---\nlicense: mit\npipeline_tag: fill-mask\ntags: [acceptance]\n---\n# Files\n' },
  { path: 'config.json', content: '{"model_type": "bert"}' },
  { path: 'empty.txt', content: '' },
  { path: 'sub folder/näme one.txt', content: 'ö, in two bytes\n' },
  { path: 'sub folder/deeper/x.json', content: '[]' },
  { path: 'sub-folder.txt', content: 'sorts before the folder\n' },
  weights,
]
export const paths = [...files.map(({ path }) => path), 'late.txt', 'model.onnx'].toSorted()

/** The stack that the tests read from, and a client's parameters for the repo. */
export let target: Target
export let params: { repo: string; hubUrl: string; accessToken: string }
/** The head of main. */
export let commit = ''
/** The original bytes of a file. */
export let expected: (path: string) => Promise<Buffer>

/** For a file of tests: a repo of two commits with these files, and another repo. */
export function useStoredFiles(): void {
  beforeAll(async () => {
    target = await startTarget()
    params = { repo, hubUrl: target.api.url, accessToken: target.key }
    const { hub } = target
    if (hub === undefined) return
    for (const file of files) await hub.addFile({ repo: 'acme/digits', file })
    expect(await target.api.pull('hf://acme/digits', { repo })).toMatchObject({ state: 'READY' })
    await hub.addFile({ repo: 'acme/digits', file: { path: 'late.txt', content: 'late' } })
    commit = (await target.api.pull('hf://acme/digits', { repo })).revision
    await target.api.pull('hf://acme/tiny-embedder')
    expected = async (path) => {
      const file = files.find((one) => one.path === path)
      if (file !== undefined) return bytesOf(file)
      return Buffer.from(await (await fetch(`${hub.url}/acme/digits/resolve/main/${path}`)).arrayBuffer())
    }
  })
  afterAll(() => target.close())
}

export const bytes = async (blob: Blob | null) => Buffer.from(await (blob ?? new Blob([])).arrayBuffer())
export const failure = (work: Promise<unknown>): Promise<HubApiError> =>
  work.then(
    () => {
      throw new Error('it did not fail')
    },
    (error: HubApiError) => error,
  )
export const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(target.api.url + path, { method, headers: { authorization: `Bearer ${target.key}`, ...headers } })
