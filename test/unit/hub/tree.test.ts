import { describe, expect, it } from 'vitest'
import { keys } from '../../../shared/table/keys.ts'
import type { Table } from '../../../shared/table/table.ts'
import { putRepo } from '../../support/put-repo.ts'
import { first, held, hub, pages, second, sized, useTable } from './support/read-hub.ts'

let manyId = ''
useTable(async (table) => {
  const deep = Array.from({ length: 2500 }, (_, at) => `data/part/${String(at).padStart(5, '0')}.bin`)
  const many = ['a.txt', 'data-x', 'data.txt', ...deep, 'data/z.txt', 'data0', 'z/y/x.txt', 'zz.txt']
  const { id } = await putRepo(table, {
    name: 'team/many',
    revisions: { [first]: [sized('x/old.txt')], [second]: many.map(sized) },
    branches: { dev: first, 'dev/x': second },
    tags: { main: first },
  })
  manyId = id
})

describe('a file tree', () => {
  it('is complete over several pages, with each entry once and each folder before its files', async () => {
    const told = await pages('/api/models/team/many/tree/main?recursive=true')
    expect(told.map(({ length }) => length).every((length) => length <= 1032)).toBe(true)
    const paths = told.flat().map(({ path }) => path as string)
    expect(paths).toHaveLength(2500 + 7 + 4)
    expect(new Set(paths).size).toBe(paths.length)
    for (const path of ['data', 'data/part', 'z', 'z/y']) {
      const inside = paths.findIndex((other) => other.startsWith(`${path}/`))
      expect(paths.indexOf(path)).toBeLessThan(inside)
    }
  })

  it('is listed by level without reading deeper levels', async () => {
    let read = 0
    const table: Table = {
      ...held.table,
      async query(request) {
        const page = await held.table.query(request)
        read += page.items.length
        return page as never
      },
    }
    const answer = await hub({ table }).app.request('/api/models/team/many/tree/main')
    const entries = (await answer.json()) as { type: string; path: string }[]
    expect(entries.map(({ type, path }) => `${type} ${path}`)).toEqual([
      'file a.txt',
      'file data-x',
      'file data.txt',
      'directory data',
      'file data0',
      'directory z',
      'file zz.txt',
    ])
    expect(read).toBeLessThan(1100)
    const [inside] = await pages('/api/models/team/many/tree/main/data')
    expect(inside?.map(({ path }) => path)).toEqual(['data/part', 'data/z.txt'])
    expect((await pages('/api/models/team/many/tree/main/data%2Fpart?expand=true')).flat()).toHaveLength(2500)
  })

  it('continues at the revision where it began', async () => {
    const { app } = hub({ publicUrl: 'https://hub.example' })
    const answer = await app.request('/api/models/team/many/tree/main?recursive=true')
    expect(answer.headers.get('link')).toMatch(
      new RegExp(
        `^<https://hub\\.example/api/models/team/many/tree/${second}\\?recursive=true&cursor=\\w+>; rel="next"$`,
      ),
    )
  })

  it('refuses the cursor of another folder', async () => {
    const cursor = (path: string) =>
      Buffer.from(JSON.stringify({ pk: keys.revisionFile(manyId, second, '').pk, sk: path })).toString('base64url')
    const ask = async (path: string) =>
      (await hub().app.request(`/api/models/team/many/tree/main/data?cursor=${cursor(path)}`)).status
    expect(await ask('z/y')).toBe(400)
    expect(await ask('data/part/00001.bin')).toBe(200)
  })
})

describe('a ref', () => {
  it.each([
    ['tree/dev/x', second],
    ['tree/dev%2Fx', second],
    ['tree/dev', first],
    ['revision/main', second],
    ['revision/HEAD', second],
    ['revision/refs%2Fheads%2Fmain', second],
    ['revision/refs%2Ftags%2Fmain', first],
    ['revision/dev/x', second],
    [`revision/${first}`, first],
    ['commits/dev/x', second],
  ])('is resolved from %s', async (path, commit) => {
    const answer = await hub().app.request(`/api/models/team/many/${path}`)
    expect({ status: answer.status, commit: answer.headers.get('x-repo-commit') }).toEqual({ status: 200, commit })
  })

  it('is one encoded segment before a file path', async () => {
    const commitOf = async (path: string) => (await hub().app.request(`/team/many/resolve/${path}`)).headers
    expect((await commitOf('dev/x%2Fold.txt')).get('x-repo-commit')).toBe(first)
    expect((await commitOf('dev%2Fx/a.txt')).get('x-repo-commit')).toBe(second)
    expect((await commitOf('refs/heads/main/a.txt')).get('x-linked-size')).toBe('5')
  })
})
