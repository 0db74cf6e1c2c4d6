import { describe, expect, it } from 'vitest'
import { newEvent, recordEvent } from '../../../shared/table/audit.ts'
import type { Answer } from './support/counted-host.ts'
import { host, useCountedHost } from './support/use-counted-host.ts'

useCountedHost()

describe('reading the audit log', () => {
  const idsOf = ({ body }: Answer): string[] => body.items.map(({ id }: { id: string }) => id)
  const inSteps = async (count: number, act: (n: number) => Promise<unknown>) => {
    for (let n = 0; n < count; n++) {
      host.clock.ms += 1000
      await act(n)
    }
  }

  it('shows platform admins everything, owner admins the events of their owner, and everyone their own', async () => {
    const [fay, gus, hal] = [await host.person('fay'), await host.person('gus'), await host.person('hal')]
    await host.ask('/api/v1/owners', { json: { name: 'team' }, token: fay.token })
    await host.ask('/api/v1/owners/team/members/gus', { method: 'PUT', json: { role: 'write' }, token: fay.token })
    await host.ask('/api/v1/owners', { json: { name: 'guses' }, token: gus.token })

    const all = await host.asAdmin('/api/v1/audit?limit=100')
    expect(idsOf(all).toReversed()).toEqual((await host.events()).map(({ id }) => id))
    const team = await host.ask('/api/v1/audit?owner=team', { token: fay.token })
    expect(team.body.items.map(({ action }: { action: string }) => action)).toEqual(['member.set', 'owner.create'])
    expect((await host.ask('/api/v1/audit?owner=team', { token: gus.token })).status).toBe(403)
    expect((await host.ask('/api/v1/audit?owner=team', { token: hal.token })).status).toBe(404)
    expect((await host.ask('/api/v1/audit?actor=fay', { token: hal.token })).status).toBe(403)
    const own = await host.ask('/api/v1/audit', { token: gus.token })
    expect(own.body.items.every(({ actor }: { actor: { userId: string } }) => actor.userId === gus.id)).toBe(true)
    expect(own.body.items.map(({ owner }: { owner: string }) => owner)).toContain('guses')
    const asked = await host.asAdmin('/api/v1/audit?actor=gus')
    expect(idsOf(asked)).toEqual(idsOf(own))
    expect((await host.ask('/api/v1/audit')).status).toBe(401)
  })

  it('hides events of a previous owner from the new owner of a name', async () => {
    const [first, second] = [await host.person('firstling'), await host.person('secondling')]
    await host.ask('/api/v1/owners', { json: { name: 'handed' }, token: first.token })
    host.clock.ms += 1000
    await host.ask('/api/v1/owners/handed', { method: 'DELETE', token: first.token })
    host.clock.ms += 1000
    expect((await host.ask('/api/v1/owners', { json: { name: 'handed' }, token: second.token })).status).toBe(201)
    const { body } = await host.ask('/api/v1/audit?owner=handed', { token: second.token })
    const actors = body.items.map(({ actor }: { actor: { username: string } }) => actor.username)
    expect(actors).toEqual(['secondling'])
    expect((await host.asAdmin('/api/v1/audit?owner=handed')).body.items.length).toBeGreaterThanOrEqual(3)
  })

  it('returns every event once, newest first, in pages', async () => {
    await inSteps(7, (n) => host.asAdmin('/api/v1/owners', { json: { name: `paged-${n}` } }))
    const seen: string[] = []
    let cursor = ''
    do {
      const page = await host.asAdmin(`/api/v1/audit?limit=3${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)
      expect(page.status).toBe(200)
      seen.push(...idsOf(page))
      cursor = page.body.cursor ?? ''
    } while (cursor !== '')
    const all = (await host.events()).map(({ id }) => id)
    expect(seen).toEqual(all.toReversed())
  })

  it('finds an action among others, and returns a cursor if it stopped searching', async () => {
    const many = Array.from({ length: 1200 }, (_, n) =>
      newEvent({ action: 'noise.make', owner: 'noisy', outcome: { result: 'done' } }, new Date(host.clock.ms + n)),
    )
    const needle = newEvent({ action: 'needle.lose', owner: 'noisy', outcome: { result: 'done' } }, host.now())
    await recordEvent(host.table, needle)
    for (let at = 0; at < many.length; at += 50)
      await Promise.all(many.slice(at, at + 50).map((event) => recordEvent(host.table, event)))
    const first = await host.asAdmin('/api/v1/audit?owner=noisy&action=needle')
    expect(first.body).toMatchObject({ items: [], cursor: expect.any(String) })
    const next = await host.asAdmin(`/api/v1/audit?owner=noisy&action=needle&cursor=${first.body.cursor}`)
    expect(idsOf(next)).toEqual([needle.id])
    expect(next.body.cursor).toBeUndefined()
    host.clock.ms += 5000
  })

  it('can be limited by time at both ends', async () => {
    await inSteps(5, (n) => host.asAdmin('/api/v1/owners', { json: { name: `timed-${n}` } }))
    const at = (ago: number) => encodeURIComponent(new Date(host.clock.ms - ago).toISOString())
    const { body } = await host.asAdmin(`/api/v1/audit?after=${at(3000)}&before=${at(1000)}`)
    expect(body.items.map(({ target }: { target: string }) => target)).toEqual([
      'owners/timed-3',
      'owners/timed-2',
      'owners/timed-1',
    ])
    const none = await host.asAdmin(`/api/v1/audit?after=${at(1000)}&before=${at(3000)}`)
    expect(none).toMatchObject({ status: 200, body: { items: [] } })
  })

  it('refuses a forged cursor', async () => {
    for (const cursor of ['x', Buffer.from('["audit","evt_z"]').toString('base64url')])
      expect((await host.asAdmin(`/api/v1/audit?cursor=${cursor}`)).status).toBe(400)
  })
})
