import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { downloadFile, fileDownloadInfo, listFiles, pathsInfo, snapshotDownload } from '@huggingface/hub'
import { describe, expect, it, vi } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { bytesOf } from '../../support/hub/files.ts'
import { bytes, commit, expected, get, params, paths, repo, target, weights } from './stored-files.ts'

/** What the Hub's JavaScript client downloads. */
export function clientDownloads(): void {
  describe('downloads of @huggingface/hub', () => {
    it('include every file unchanged, also empty ones and ones with a space in the name', async () => {
      for (const path of paths) {
        const info = await fileDownloadInfo({ ...params, path })
        const wanted = await expected(path)
        expect({ path, size: info?.size }).toEqual({ path, size: wanted.length })
        expect(info?.xet).toBeUndefined()
        const blob = await downloadFile({ ...params, path })
        expect((await bytes(blob)).equals(wanted)).toBe(true)
      }
    })

    it('read a slice without the rest', async () => {
      const blob = await downloadFile({ ...params, path: weights.path })
      const slice = await bytes(blob?.slice(1_000_000, 1_000_010) ?? null)
      expect(slice.equals((await bytesOf(weights)).subarray(1_000_000, 1_000_010))).toBe(true)
    })

    it('include the LFS pointer of a large file if the raw git content is requested', async () => {
      const [entry] = await pathsInfo({ ...params, paths: [weights.path] })
      const text = (await bytes(await downloadFile({ ...params, path: weights.path, raw: true }))).toString()
      expect(text).toBe(
        `version https://git-lfs.github.com/spec/v1\noid sha256:${entry?.lfs?.oid}\nsize ${weights.sizeBytes}\n`,
      )
      expect(text).toHaveLength(entry?.lfs?.pointerSize ?? 0)
      const small = await downloadFile({ ...params, path: 'config.json', raw: true })
      expect((await bytes(small)).equals(await expected('config.json'))).toBe(true)
      expect((await get(`/${repo}/raw/main/config.json`)).headers.get('content-type')).toBe('application/octet-stream')
    })

    it('include a complete snapshot', async () => {
      const cacheDir = await mkdtemp(join(tmpdir(), 'slipway-hub-cache-'))
      const silence = vi.spyOn(console, 'debug').mockImplementation(() => {})
      const folder = await snapshotDownload({ ...params, cacheDir })
      silence.mockRestore()
      expect(folder).toContain(commit)
      for (const path of paths) expect((await readFile(join(folder, path))).equals(await expected(path))).toBe(true)
      await rm(cacheDir, { recursive: true })
    })
  })

  describe('a drop', () => {
    it('can be read by its tag, branch or commit, in short or full form', async (context) => {
      const { host } = target
      if (host === undefined) return context.skip('the drop folder of the stack is not ours')
      const folder = join(host.dataDir, 'drop/acme/dropped/v1')
      for (const [path, content] of [
        ['config.json', '{}'],
        ['note.txt', ''],
        ['_SUCCESS', ''],
      ] as const) {
        await mkdir(dirname(join(folder, path)), { recursive: true })
        await writeFile(join(folder, path), content)
      }
      await eventually(
        () => target.api.get('/api/v1/repos/acme/dropped'),
        ({ status }) => status === 200,
      )
      const refs = (await (await get('/api/models/acme/dropped/refs?include_prs=1')).json()) as {
        tags: { targetCommit: string }[]
      }
      expect(refs).toMatchObject({ tags: [{ name: 'v1', ref: 'refs/tags/v1' }], converts: [], pullRequests: [] })
      const dropped = { ...params, repo: 'acme/dropped' }
      for (const revision of ['v1', 'refs/tags/v1', 'refs/heads/main', 'HEAD', refs.tags[0]?.targetCommit ?? '']) {
        expect((await bytes(await downloadFile({ ...dropped, revision, path: 'config.json' }))).toString()).toBe('{}')
        const listed = await Array.fromAsync(listFiles({ ...dropped, revision }))
        expect(listed.map(({ path }) => path)).toEqual(['config.json', 'note.txt'])
      }
      expect((await bytes(await downloadFile({ ...dropped, path: 'note.txt' }))).length).toBe(0)
    })
  })
}
