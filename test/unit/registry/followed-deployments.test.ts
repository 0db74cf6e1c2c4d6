import { describe, expect, it } from 'vitest'
import { getDeployment, targetsOf } from '../../../shared/table/deployments.ts'
import { rollBack } from '../../../shared/table/roll-back.ts'
import { freshDeployments, servable } from './support/fresh-deployments.ts'

const fresh = freshDeployments('followed')
const { create, read, alias } = fresh

/** The canary of the deployment did worse than it may. */
async function rollBackCanary(): Promise<void> {
  const { name } = fresh.of
  const item = await getDeployment(fresh.host.table, name)
  const [, target] = item === undefined ? [] : targetsOf(item)
  if (target === undefined) throw new Error('there is no canary')
  const now = new Date(fresh.host.clock.ms)
  await rollBack(fresh.host.table, { deployment: name, target, reason: 'it failed', by: 'r', now })
}

describe('a deployment that follows an alias', () => {
  it('stays the same version while there is nothing new to follow, also where it says that it cannot', async () => {
    await alias('POST', 'champion', fresh.of.first)
    await create({ target: `${fresh.of.repo}@champion`, precision: 'int8' })
    await alias('PATCH', 'champion', fresh.of.second)
    const { version, targets } = (await read()).body
    expect(targets[0].followFault).toContain('has no int8 file')
    for (let times = 0; times < 10; times++) await fresh.host.followed(fresh.of.repo)
    expect((await read()).body.version).toBe(version)
  })

  it('is not what is asked for by who wants one that stays, nor one that stays by who wants it to follow', async () => {
    const { of } = fresh
    await alias('POST', 'champion', of.second)
    const statusOf = async (asked: object) => (await create(asked)).status
    const following = { target: `${of.repo}@champion` }
    expect([await statusOf(following), await statusOf(following)]).toEqual([201, 200])
    const staying = [{ ...following, follow: false }, { target: of.repo }, { target: `${of.repo}@${of.second}` }]
    for (const asked of staying) expect(await statusOf(asked)).toBe(409)
    const other = { name: `${of.name}-stays` }
    expect(await statusOf({ ...other, target: of.repo })).toBe(201)
    // What stays is what it serves, by whatever name that was looked up.
    for (const asked of staying) expect(await statusOf({ ...other, ...asked })).toBe(200)
    expect(await statusOf({ ...other, ...following })).toBe(409)
  })

  it('gives a new revision its share though the one before was rolled back, and the same one none', async () => {
    const { host, of } = fresh
    await alias('POST', 'candidate', of.first)
    const targets = [
      { target: of.repo, weight: 90 },
      { target: `${of.repo}@candidate`, weight: 10 },
    ]
    await create({ target: undefined, targets, canary: { maxErrorRate: 0.1 } })
    await rollBackCanary()
    await host.followed(of.repo)
    expect((await read()).body.targets[1]).toMatchObject({ state: 'ROLLED_BACK', weight: 0, reason: 'it failed' })
    const third = await host.commit(of.repo, { 'model.onnx': '3' }, { metadata: servable('model.onnx') })
    await alias('PATCH', 'candidate', third)
    const canary = (await read()).body.targets[1]
    expect(canary).toMatchObject({ state: 'PENDING', weight: 10, revision: third })
    expect(canary).not.toHaveProperty('reason')
  })

  it('keeps what was rolled back out where its alias names what cannot be served', async () => {
    const { host, of } = fresh
    await alias('POST', 'candidate', of.first)
    await create({ target: undefined, targets: [{ target: of.repo }, { target: `${of.repo}@candidate` }] })
    await rollBackCanary()
    await alias('PATCH', 'candidate', await host.commit(of.repo, { 'model.onnx': '3' }))
    expect((await read()).body.targets[1]).toMatchObject({
      ...{ state: 'ROLLED_BACK', weight: 0, revision: of.first },
      followFault: expect.stringContaining('inspected'),
    })
  })
})
