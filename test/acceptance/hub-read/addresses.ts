import { describe, expect, it } from 'vitest'
import { bytesOf } from '../../support/hub/files.ts'
import { commit, get, repo, weights } from './stored-files.ts'

/** The URL of a file. */
export function fileAddresses(): void {
  describe('a file at its URL', () => {
    const path = `/${repo}/resolve/main/${weights.path}`

    it('is described by HEAD, without its bytes', async () => {
      const head = await get(path, {}, 'HEAD')
      expect(head.status).toBe(200)
      const tag = head.headers.get('etag') ?? ''
      expect(tag).toMatch(/^"[0-9a-f]{64}"$/)
      expect(Object.fromEntries(head.headers)).toMatchObject({
        'x-linked-etag': tag,
        'x-linked-size': '3000001',
        'content-length': '3000001',
        'x-repo-commit': commit,
        'accept-ranges': 'bytes',
        'cache-control': 'no-transform',
        'content-disposition': expect.stringContaining('model.safetensors'),
      })
      const small = await get(`/${repo}/resolve/main/config.json`, {}, 'HEAD')
      expect(small.headers.get('x-linked-etag')).toMatch(/^"[0-9a-f]{40}"$/)
    })

    it.each([
      ['bytes=0-0', 0, 1],
      ['bytes=10-19', 10, 20],
      ['bytes=3000000-', 3_000_000, 3_000_001],
      ['bytes=-5', 2_999_996, 3_000_001],
      ['bytes=2999999-9999999', 2_999_999, 3_000_001],
    ])('is sent in part for Range: %s', async (range, start, end) => {
      const answer = await get(path, { range })
      expect(answer.status).toBe(206)
      expect(answer.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/3000001`)
      const body = Buffer.from(await answer.arrayBuffer())
      expect(body.equals((await bytesOf(weights)).subarray(start, end))).toBe(true)
    })

    it('is 416 for a range after its end', async () => {
      const answer = await get(path, { range: 'bytes=3000001-' })
      expect(answer.status).toBe(416)
      expect(answer.headers.get('content-range')).toBe('bytes */3000001')
    })

    it('is not sent again to a client that has it', async () => {
      const etag = (await get(path, {}, 'HEAD')).headers.get('etag') ?? ''
      expect((await get(path, { 'if-none-match': `"other", W/${etag}` })).status).toBe(304)
      expect((await get(path, { 'if-none-match': '"other"' }, 'HEAD')).status).toBe(200)
      const changed = await get(path, { range: 'bytes=0-0', 'if-range': '"other"' }, 'HEAD')
      expect(changed.status).toBe(200)
    })

    it('may be empty', async () => {
      const answer = await get(`/${repo}/resolve/main/empty.txt`, { range: 'bytes=0-0' })
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-range')).toBe('bytes */0')
      expect(await answer.text()).toBe('')
    })

    it('cannot be executed by a browser', async () => {
      const { headers } = await get(`/${repo}/resolve/main/README.md`, {}, 'HEAD')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-security-policy')).toContain('sandbox')
    })

    it.each([
      ['/acme/none/resolve/main/x', 'RepoNotFound'],
      ['/gpt2/resolve/main/x', 'RepoNotFound'],
      [`/${repo}/resolve/none/x`, 'RevisionNotFound'],
      [`/${repo}/resolve/refs%2Fpr%2F1/x`, 'RevisionNotFound'],
      [`/${repo}/resolve/LONG/x`, 'RevisionNotFound'],
      [`/${repo}/resolve/main/none`, 'EntryNotFound'],
      [`/${repo}/resolve/main/..%2Fx`, 'EntryNotFound'],
      [`/${repo}/resolve/main/LONG`, 'EntryNotFound'],
      [`/api/models/${repo}/tree/main/none`, 'EntryNotFound'],
      ['/api/models/gpt2/revision/main', 'RepoNotFound'],
      ['/api/datasets/acme/files', 'RepoNotFound'],
      ['/datasets/acme/files/resolve/main/x', 'RepoNotFound'],
    ])('is 404 with an error code if something is missing: %s', async (missing, code) => {
      const answer = await get(missing.replace('LONG', 'a'.repeat(2000)))
      expect(answer.status).toBe(404)
      expect(answer.headers.get('x-error-code')).toBe(code)
      expect(answer.headers.get('x-error-message')).not.toBe('')
      expect(answer.headers.get('x-repo-commit')).toBe(code === 'EntryNotFound' ? commit : null)
      expect(await answer.json()).toEqual({ error: expect.any(String) })
    })

    it.each([
      `/${repo}/resolve/main/%zz`,
      `/api/models/${repo}/tree/main?cursor=x`,
      `/api/models/${repo}/commits/main?limit=-1`,
      '/api/models?cursor=x',
      '/api/models?limit=many',
      '/api/models?sort=color',
    ])('is 400 for a malformed request: %s', async (nonsense) => {
      expect((await get(nonsense)).status).toBe(400)
    })
  })
}
