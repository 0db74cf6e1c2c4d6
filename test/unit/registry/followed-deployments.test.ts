import { describe, expect, it } from 'vitest'
import { getDeployment, targetsOf } from '../../../shared/table/deployments.ts'
import { keys } from '../../../shared/table/keys.ts'
import { rollBack } from '../../../shared/table/roll-back.ts'
import { failureOf, freshDeployments, servable } from './support/fresh-deployments.ts'

const fresh = freshDeployments('followed')
const { create, read, patch, alias } = fresh

/** Rolls back the canary of the deployment. */
async function rollBackCanary(): Promise<void> {
  const { name } = fresh.of
  const item = await getDeployment(fresh.host.table, name)
  const [, target] = item === undefined ? [] : targetsOf(item)
  if (target === undefined) throw new Error('there is no canary')
  const now = new Date(fresh.host.clock.ms)
  await rollBack(fresh.host.table, { deployment: name, target, reason: 'It failed.', by: 'r', now })
}

describe('a deployment that follows an alias', () => {
  it('moves with it unless told to stay; a branch is resolved once', async () => {
    const { host } = fresh
    const { repo, first, second } = fresh.of
    await alias('POST', 'champion', first)
    const targets = [
      { target: `${repo}@champion`, weight: 90 },
      { target: `${repo}@champion`, follow: false, weight: 10 },
      { target: `${repo}@main` },
    ]
    const shadow = { target: `${repo}@champion`, percent: 5 }
    const { body } = await create({ targets, shadow })
    expect(body.targets.map(({ follows }: { follows: boolean }) => follows)).toEqual([true, false, false])
    expect((await alias('PATCH', 'champion', second)).status).toBe(200)
    const third = await host.commit(repo, { 'model.onnx': '3' }, { metadata: servable('model.onnx') })
    expect((await read()).body).toMatchObject({
      revision: second,
      version: 2,
      targets: [{ revision: second }, { revision: first }, { revision: second }],
      shadow: { revision: second },
    })
    expect(third).not.toBe(second)
    expect(failureOf(await patch({ target: `${repo}@main`, follow: true }))).toEqual([400, 'invalid_request'])
  })

  it('stays at its revision and says why while the alias names one that cannot be served, and moves once it is inspected', async () => {
    const { host } = fresh
    const { repo, first, second, name } = fresh.of
    await alias('POST', 'champion', first)
    await create({ target: `${repo}@champion`, precision: 'int8', task: 'tensors' })
    await alias('PATCH', 'champion', second)
    const stuck = (await read()).body
    expect(stuck).toMatchObject({ revision: first, file: 'model_int8.onnx' })
    expect(stuck.drift[0]).toMatch(/alias "champion" names .* has no int8 file/)
    const later = await host.commit(repo, { 'model.onnx': '4', 'model_int8.onnx': '5' })
    await alias('PATCH', 'champion', later)
    expect((await read()).body.targets[0].followFault).toContain('still being inspected')
    await host.table.update(keys.revision((await getDeployment(host.table, name))?.repoId ?? '', later), {
      expression: 'SET metadata = :metadata',
      values: { ':metadata': servable('model.onnx', 'model_int8.onnx') },
    })
    await host.followed(repo)
    expect((await read()).body).toMatchObject({
      revision: later,
      task: 'tensors',
      drift: [expect.stringContaining('No replica')],
    })
    expect((await host.ask('DELETE', `/${repo}/aliases/champion`, { as: 'ben' })).status).toBe(204)
    expect((await read()).body).toMatchObject({
      revision: later,
      targets: [{ followFault: expect.stringContaining('deleted') }],
    })
  })

  it('of one owner gets no new revision of a repo that became private to another owner', async () => {
    const { host } = fresh
    const { repo, first, second } = fresh.of
    await alias('POST', 'champion', first)
    const setVisibility = (visibility: string) => host.ask('PATCH', `/${repo}`, { as: 'ada', json: { visibility } })
    expect((await setVisibility('public')).status).toBe(200)
    expect((await create({ target: `${repo}@champion`, owner: 'eve' }, { as: 'eve' })).status).toBe(201)
    await alias('PATCH', 'champion', second)
    expect((await read({ as: 'eve' })).body.revision).toBe(second)
    await setVisibility('private')
    await alias('PATCH', 'champion', first)
    const { body } = await read({ as: 'eve' })
    expect(body).toMatchObject({
      revision: second,
      targets: [{ followFault: expect.stringContaining('private to "lab"') }],
    })
    await setVisibility('public')
    await host.followed(repo)
    expect((await read({ as: 'eve' })).body).toMatchObject({
      revision: first,
      targets: [expect.not.objectContaining({ followFault: expect.anything() })],
    })
  })

  it("ends at the alias's revision, however often both change at once", async () => {
    const { host } = fresh
    const { repo, first, second } = fresh.of
    await alias('POST', 'champion', first)
    await create({ target: `${repo}@champion` })
    const changes = Array.from({ length: 6 }, (_, at) => [
      alias('PATCH', 'champion', at % 2 === 0 ? second : first),
      patch({ target: `${repo}@champion`, idleSeconds: at + 1 }),
    ])
    const statuses = (await Promise.all(changes.flat())).map(({ status }) => status)
    expect(statuses.filter((status) => status >= 500)).toEqual([])
    const named = (await host.ask('GET', `/${repo}/aliases/champion`, { as: 'ben' })).body.revision
    expect((await read()).body.revision).toBe(named)
  })

  it('keeps its version while there is nothing to follow, even if it reports a problem', async () => {
    await alias('POST', 'champion', fresh.of.first)
    await create({ target: `${fresh.of.repo}@champion`, precision: 'int8' })
    await alias('PATCH', 'champion', fresh.of.second)
    const { version, targets } = (await read()).body
    expect(targets[0].followFault).toContain('has no int8 file')
    for (let times = 0; times < 10; times++) await fresh.host.followed(fresh.of.repo)
    expect((await read()).body.version).toBe(version)
  })

  it('is not equal to one that stays, in repeated creations', async () => {
    const { of } = fresh
    await alias('POST', 'champion', of.second)
    const statusOf = async (asked: object) => (await create(asked)).status
    const following = { target: `${of.repo}@champion` }
    expect([await statusOf(following), await statusOf(following)]).toEqual([201, 200])
    const staying = [{ ...following, follow: false }, { target: of.repo }, { target: `${of.repo}@${of.second}` }]
    for (const asked of staying) expect(await statusOf(asked)).toBe(409)
    const other = { name: `${of.name}-stays` }
    expect(await statusOf({ ...other, target: of.repo })).toBe(201)
    // One that stays is equal to any other that resolves to the same revision.
    for (const asked of staying) expect(await statusOf({ ...other, ...asked })).toBe(200)
    expect(await statusOf({ ...other, ...following })).toBe(409)
  })

  it('gives a new revision its weight again after a rollback, and the same revision none', async () => {
    const { host, of } = fresh
    await alias('POST', 'candidate', of.first)
    const targets = [
      { target: of.repo, weight: 90 },
      { target: `${of.repo}@candidate`, weight: 10 },
    ]
    await create({ targets, canary: { maxErrorRate: 0.1 } })
    await rollBackCanary()
    await host.followed(of.repo)
    expect((await read()).body.targets[1]).toMatchObject({
      ...{ state: 'ROLLED_BACK', weight: 0 },
      reason: 'It failed. When its alias moves, the new revision gets the weight 10 again and is judged anew.',
    })
    const third = await host.commit(of.repo, { 'model.onnx': '3' }, { metadata: servable('model.onnx') })
    await alias('PATCH', 'candidate', third)
    const canary = (await read()).body.targets[1]
    expect(canary).toMatchObject({ state: 'PENDING', weight: 10, revision: third })
    expect(canary).not.toHaveProperty('reason')
  })

  it('gives a new revision all requests again if the previous one had all', async () => {
    const { host, of } = fresh
    await alias('POST', 'candidate', of.first)
    const targets = [
      { target: of.repo, weight: 0 },
      { target: `${of.repo}@candidate`, weight: 100 },
    ]
    await create({ targets, canary: { maxErrorRate: 0.1 } })
    const weights = async () => (await read()).body.targets.map(({ weight }: { weight: number }) => weight)
    for (const content of ['3', '4']) {
      await rollBackCanary()
      expect(await weights()).toEqual([100, 0])
      const next = await host.commit(of.repo, { 'model.onnx': content }, { metadata: servable('model.onnx') })
      await alias('PATCH', 'candidate', next)
      expect(await weights()).toEqual([0, 100])
    }
  })

  it('keeps a rolled back target out while its alias names one that cannot be served', async () => {
    const { host, of } = fresh
    await alias('POST', 'candidate', of.first)
    await create({ targets: [{ target: of.repo }, { target: `${of.repo}@candidate` }] })
    await rollBackCanary()
    await alias('PATCH', 'candidate', await host.commit(of.repo, { 'model.onnx': '3' }))
    expect((await read()).body.targets[1]).toMatchObject({
      ...{ state: 'ROLLED_BACK', weight: 0, revision: of.first },
      followFault: expect.stringContaining('inspected'),
    })
  })
})
