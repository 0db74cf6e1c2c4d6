import { afterEach, expect, it, vi } from 'vitest'
import { cli } from './support/run-cli.ts'

afterEach(() => vi.unstubAllGlobals())

/** Serves a list of `total` items in pages of the requested size; any other path answers with the repo. */
function lists(path: string, total: number, item: (n: number) => object) {
  vi.stubGlobal('fetch', async (url: string) => {
    const { pathname, searchParams } = new URL(url)
    if (!pathname.endsWith(path)) return Response.json(repo)
    const [from, limit] = [Number(searchParams.get('cursor') ?? 0), Number(searchParams.get('limit'))]
    if (limit > 100) return Response.json({ error: { message: 'Too many.' } }, { status: 400 })
    const items = Array.from({ length: Math.min(limit, total - from) }, (_, n) => item(from + n))
    return Response.json({ items, ...(from + limit < total && { cursor: String(from + limit) }) })
  })
}
const repo = { id: 'acme/one', kind: 'model', revision: 'r', refs: { branches: [], tags: [], aliases: [] }, tags: [] }

it('slipway show --json prints every file of a model', async () => {
  lists('/files', 250, (n) => ({ path: `${n}.txt`, sizeBytes: 1, sha256: 'a'.repeat(64) }))
  expect(JSON.parse((await cli('show', 'acme/one', '--json')).out).files).toHaveLength(250)
})

it('slipway log prints as many revisions as requested, and says how to see more', async () => {
  const at = '2026-11-20T12:00:00.000Z'
  lists('/revisions', 250, (n) => ({ id: `r${n}`, title: `t${n}`, createdAt: at, createdBy: 'ada', sizeBytes: 1 }))
  const { out, err } = await cli('log', 'acme/one', '-n', '150')
  expect(out.match(/^r\d+ {2}t/gm)).toHaveLength(150)
  expect(err).toBe('… and older ones: -n 300\n')
  expect(JSON.parse((await cli('log', 'acme/one', '-n', '300', '--json')).out)).toHaveLength(250)
  expect(await cli('log', 'acme/one', '-n', '0')).toMatchObject({ code: 2 })
})
