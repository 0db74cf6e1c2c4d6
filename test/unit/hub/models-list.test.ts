import { describe, expect, it } from 'vitest'
import { putRepo } from '../../support/put-repo.ts'
import { first, hub, pages, useTable } from './support/read-hub.ts'

useTable(async (table) => {
  const repos = Array.from({ length: 120 }, (_, at) => `${at % 2 === 0 ? 'even' : 'odd'}/model-${at}`)
  for (const name of [...repos, 'team/many']) await putRepo(table, { name, revisions: { [first]: [] } })
})

describe('the list of models', () => {
  it('is complete over several pages, ordered by name', async () => {
    const told = (await pages('/api/models?limit=7&expand=sha')).flat().map(({ id }) => id as string)
    expect(told).toHaveLength(121)
    expect(told).toEqual(told.toSorted())
    expect(await pages('/api/models?author=even&limit=60&expand=sha')).toHaveLength(1)
  })

  it('finds part of a name across many pages', async () => {
    const told = (await pages('/api/models?search=MODEL-11&limit=2')).flat().map(({ id }) => id)
    expect(told.toSorted()).toEqual(
      ['even/model-110', 'even/model-112', 'even/model-114', 'even/model-116', 'even/model-118', 'odd/model-11']
        .concat(['odd/model-111', 'odd/model-113', 'odd/model-115', 'odd/model-117', 'odd/model-119'])
        .toSorted(),
    )
  })

  it('has at most 20 models per page if their files are included', async () => {
    const sizes = (await pages('/api/models?full=true')).map(({ length }) => length)
    expect(Math.max(...sizes)).toBe(20)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(121)
  })

  it.each(['author', 'filter', 'pipeline_tag'])('refuses a %s that is longer than a table key', async (name) => {
    const { app } = hub()
    expect((await app.request(`/api/models?${name}=${'x'.repeat(3000)}`)).status).toBe(400)
  })

  it('refuses the cursor of another owner', async () => {
    const { app } = hub()
    const link = (await app.request('/api/models?author=even&limit=1')).headers.get('link') ?? ''
    const [, cursor] = /cursor=([^&>]+)/.exec(link) ?? []
    expect((await app.request(`/api/models?author=even&cursor=${cursor}`)).status).toBe(200)
    expect((await app.request(`/api/models?author=odd&cursor=${cursor}`)).status).toBe(400)
  })
})
