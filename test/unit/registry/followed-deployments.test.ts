import { describe, expect, it } from 'vitest'
import { freshDeployments } from './support/fresh-deployments.ts'

const fresh = freshDeployments('followed')
const { create, read, alias } = fresh

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
})
