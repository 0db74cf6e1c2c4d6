import { describe, expect, it } from 'vitest'
import { deleteDeployment } from '../../../shared/table/deployment-deletion.ts'
import { getDeployment } from '../../../shared/table/deployments.ts'
import { keys } from '../../../shared/table/keys.ts'
import { findRepo } from '../../../shared/table/repos.ts'
import { freshDeployments, servable } from './support/fresh-deployments.ts'

const fresh = freshDeployments('deleted')
const { create, read, patch } = fresh

describe('a deleted deployment', () => {
  it('releases the repo that it served last, even if it served another when it was read', async () => {
    const { host, of } = fresh
    const other = `${of.repo}-other`
    await host.make(other, {}, 'ada')
    await host.commit(other, { 'model.onnx': 'x' }, { metadata: servable('model.onnx') })
    await create()
    const before = await getDeployment(host.table, of.name)
    if (before === undefined) throw new Error('it was made')
    expect((await patch({ target: other })).status).toBe(200)
    await deleteDeployment(host.table, before)
    expect((await read()).status).toBe(404)
    for (const repo of [of.repo, other]) expect((await host.ask('DELETE', `/${repo}`, { as: 'ada' })).status).toBe(200)
  })

  it('does not block the deletion of a repo that an older version still lists as deployed', async () => {
    const { host, of } = fresh
    await create()
    const served = await getDeployment(host.table, of.name)
    for (const name of ['gone-for-good', of.name]) {
      const other = `${of.repo}-${name}`
      await host.make(other, {}, 'ada')
      const repoId = (await findRepo(host.table, { name: other }))?.id ?? ''
      await host.table.put({ ...keys.repoDeployment(repoId, name), name })
      expect((await host.ask('DELETE', `/${other}`, { as: 'ada' })).status, name).toBe(200)
    }
    expect((await host.ask('DELETE', `/${of.repo}`, { as: 'ada' })).body.error).toMatchObject({
      ...{ code: 'repo_deployed', deployments: [served?.name], others: 0 },
    })
  })

  it('is deleted during changes, and leaves a new one of its name alone', async () => {
    const { host, of } = fresh
    await create()
    const before = await getDeployment(host.table, of.name)
    if (before === undefined) throw new Error('it was made')
    const changes = Array.from({ length: 6 }, (_, at) => patch({ idleSeconds: at + 1 }))
    const [statuses] = await Promise.all([Promise.all(changes), deleteDeployment(host.table, before)])
    expect(statuses.filter(({ status }) => status >= 500)).toEqual([])
    expect((await read()).status).toBe(404)
    host.clock.ms += 1000
    expect((await create()).status).toBe(201)
    await deleteDeployment(host.table, before)
    expect((await read()).status).toBe(200)
  })
})
