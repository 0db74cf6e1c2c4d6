import { describe, expect, it } from 'vitest'
import { keys } from '../../../../shared/table/keys.ts'
import { newRepo } from '../../../../shared/table/repo-item.ts'
import { repoCreation } from '../../../../shared/table/repo-write.ts'
import {
  bytes,
  code,
  held,
  host,
  hub,
  info,
  repo,
  resolve,
  small,
  start,
  token,
  useFarHub,
  weights,
} from './far-hub.ts'
import { startMirror } from './support.ts'

useFarHub()

describe('access to mirrored repos', () => {
  it('is off without an upstream Hub', async () => {
    await start()
    await using off = await startMirror({ table: held.table })
    const answer = await off.ask(info, { as: 'admin' })
    expect([answer.status, code(answer)]).toEqual([404, 'RepoNotFound'])
    expect(hub.requests).toEqual([])
  })

  it('needs the read scope without a limit to another owner or repo', async () => {
    await start()
    expect((await host.ask(info)).status).toBe(401)
    for (const as of ['infer', 'elsewhere', 'onerepo']) expect((await host.ask(info, { as })).status, as).not.toBe(200)
    expect(hub.requests).toEqual([])
    expect((await host.ask(info, { as: 'member' })).status).toBe(200)
  })

  it("to what only the server's token may read is limited to admins and members of the owner", async () => {
    await start({ token }, { token })
    const path = resolve(small.path)
    for (const [as, status] of [
      ['member', 404],
      ['admin', 200],
      ['insider', 200],
    ] as const) {
      expect((await host.ask(info, { as })).status, as).toBe(status)
      expect((await host.ask(path, { as })).status, as).toBe(status)
    }
    expect(await (await host.ask(info, { as: 'admin' })).json()).toMatchObject({ private: true })
  })

  it('is off for names in a namespace of our own', async () => {
    await start()
    const owner = { name: 'far', kind: 'organisation', createdAt: '', createdBy: 'u', admins: 0 }
    await held.table.put({ ...keys.owner('Far'), ...owner })
    const answer = await host.ask(info, { as: 'admin' })
    expect([answer.status, code(answer)]).toEqual([404, 'RepoNotFound'])
    expect(hub.requests).toEqual([])
  })

  it('is off for a name that we have, even for files we do not have', async () => {
    await start()
    const ours = newRepo({ fullName: repo, createdBy: 'u', now: new Date(), visibility: 'public' })
    await held.table.transact(repoCreation(ours, { reposMax: 10 }))
    for (const path of [
      resolve(small.path),
      resolve('none.txt'),
      `${info}/revision/v1`,
      resolve(small.path, hub.commitOf(repo)),
    ])
      expect((await host.ask(path, { as: 'member' })).status, path).toBe(404)
    expect(hub.requests).toEqual([])
  })
})

describe("the server's upstream token", () => {
  it('is sent only to the upstream Hub itself, and keys of clients are sent nowhere', async () => {
    await start({ token }, { token })
    for (const path of [
      info,
      `${info}/refs`,
      resolve(small.path),
      resolve(weights.path),
      resolve('none'),
      '/far/none/resolve/main/x',
    ]) {
      const answer = await host.ask(path, { as: 'admin' })
      const said = JSON.stringify([...answer.headers]) + (path === resolve(weights.path) ? '' : await answer.text())
      expect(said).not.toContain(token)
      if (path === resolve(weights.path)) await bytes(answer)
    }
    for (const { where, headers } of hub.requests) {
      expect(JSON.stringify(headers)).not.toContain('hf_admin')
      if (where === 'storage') expect(headers.authorization).toBeUndefined()
    }
    expect(hub.requests.some(({ where }) => where === 'storage')).toBe(true)
    expect(host.said()).not.toContain(token)
    expect(JSON.stringify(await held.scan())).not.toContain(token)
  })
})
