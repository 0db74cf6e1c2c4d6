import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Table } from '../../../shared/table/table.ts'
import { type CountedHost, startCountedHost } from '../counts/support/counted-host.ts'

let host: CountedHost
let token: string
beforeAll(async () => {
  host = await startCountedHost()
  token = (await host.person('ada')).token
})
afterAll(() => host.close())

/** A process for which the organisation is deleted between its read and its write. */
function deletingBeforeWrites(owner: string) {
  let isDone = false
  const spoil = (table: Table): Table => ({
    ...table,
    async transact(actions) {
      const writesIn = JSON.stringify(actions).includes(`USAGE#${owner}`)
      if (writesIn && !isDone) {
        isDone = true
        await host.ask(`/api/v1/owners/${owner}`, { method: 'DELETE', token })
      }
      return table.transact(actions)
    },
  })
  return host.connect(spoil)
}

describe('an organisation that is deleted during a write into it', () => {
  it.each([
    ['a repo', '/api/v1/repos', (owner: string) => ({ name: `${owner}/new` })],
    ['a moved repo', '/api/v1/repos/ada/moved/rename', (owner: string) => ({ to: `${owner}/new` })],
    ['an import', '/api/v1/imports', (owner: string) => ({ source: 'hf://x/y', repo: `${owner}/y` })],
  ])('accepts nothing, and the caller gets 404: %s', async (what, path, body) => {
    const owner = `gone-${what.length}`
    await host.ask('/api/v1/repos', { json: { name: 'ada/moved' }, token })
    await host.ask('/api/v1/owners', { json: { name: owner }, token })
    const answer = await deletingBeforeWrites(owner)(path, { json: body(owner), token })
    expect(answer).toMatchObject({ status: 404, body: { error: { code: 'owner_not_found' } } })
    expect((await host.ask(`/api/v1/owners/${owner}`, { token })).status).toBe(404)
    const use = (await host.asAdmin('/api/v1/usage?owner=ada')).body.items[0].quotas
    expect(use.find(({ name }: { name: string }) => name === 'repos').used).toBe(1)
  })
})
