import { createHash } from 'node:crypto'
import { downloadFile, type HubApiError, listFiles } from '@huggingface/hub'
import { afterAll, beforeAll } from 'vitest'
import { startTarget, type Target } from './target.ts'

/** A hub for the tests of one file, with functions to write to it. */
export function useHubWriter() {
  const hub = {} as { target: Target; params: { hubUrl: string; accessToken: string } }
  beforeAll(async () => {
    const target = await startTarget()
    Object.assign(hub, { target, params: { hubUrl: target.api.url, accessToken: target.key } })
  })
  afterAll(() => hub.target.close())

  const ask = (path: string, { key = hub.target.key, ...init }: RequestInit & { key?: string } = {}) =>
    fetch(hub.target.api.url + path, {
      ...init,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...init.headers },
    })
  const post = (path: string, body: unknown, init: RequestInit & { key?: string } = {}) =>
    ask(path, { method: 'POST', body: JSON.stringify(body), ...init })
  const sendCommit = (repo: string, lines: unknown[], { branch = 'main', key = hub.target.key } = {}) =>
    ask(`/api/models/${repo}/commit/${branch}`, {
      method: 'POST',
      key,
      body: lines.map((line) => JSON.stringify(line)).join('\n'),
    })
  const pathsIn = async (repo: string, revision = 'main') =>
    (await Array.fromAsync(listFiles({ ...hub.params, repo, revision, recursive: true })))
      .filter(({ type }) => type === 'file')
      .map(({ path }) => path)
  return { hub, ask, post, sendCommit, pathsIn }
}

export const blob = (content: string | Buffer) =>
  new Blob([typeof content === 'string' ? content : new Uint8Array(content)])

/** Content that is unique to its seed. */
export const bytesOf = (sizeBytes: number, seed: string) => {
  const unit = createHash('sha256').update(seed).digest()
  return Buffer.alloc(sizeBytes, unit)
}

export const textOf = async (given: Parameters<typeof downloadFile>[0]) =>
  (await (await downloadFile(given))?.text()) ?? null

export const failure = (work: Promise<unknown>): Promise<HubApiError> =>
  work.then(
    () => {
      throw new Error('it did not fail')
    },
    (error: HubApiError) => error,
  )

export const header = (value: Record<string, unknown> = {}) => ({
  key: 'header',
  value: { summary: 'a commit', ...value },
})

export const file = (path: string, text: string) => ({
  key: 'file',
  value: { path, content: Buffer.from(text).toString('base64'), encoding: 'base64' },
})
