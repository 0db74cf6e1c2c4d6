import { describe, expect, it } from 'vitest'
import { objectKeys } from '../../../../shared/objects/keys.ts'
import type { ObjectStore } from '../../../../shared/objects/object-store.ts'
import { keys } from '../../../../shared/table/keys.ts'
import { setQuotas } from '../../../../shared/table/quotas.ts'
import { beginSweepRound } from '../../../../shared/table/sweeps.ts'
import { contentOf, freshHubs, repoOf } from './fresh-hubs.ts'
import { sha256 } from './hub-with-uploads.ts'

const hubs = freshHubs()

describe('content that another owner has', () => {
  it('has to be uploaded, too, and no response reveals who has it', async () => {
    const hub = await hubs.start()
    const [alice, bob] = [hub.as('alice'), hub.as('bob')]
    const [hers, his] = [await repoOf('alice', alice), await repoOf('bob', bob)]
    const { text, ...secret } = contentOf('what alice trained')
    const sent = await alice.batch(hers, secret)
    expect((await hub.put(sent.object?.actions?.upload.href ?? '', text)).status).toBe(200)
    expect((await alice.commit(hers, secret.oid, secret.size)).status).toBe(200)

    const never = contentOf('what nobody has')
    const [known, unknown] = [await bob.batch(his, secret), await bob.batch(his, never)]
    const shapeOf = (answer: typeof known) => JSON.stringify(answer).replaceAll(/[0-9a-f]{40,}|\d+/g, '#')
    expect(shapeOf(known)).toBe(shapeOf(unknown))
    const [named, unnamed] = [await bob.commit(his, secret.oid), await bob.commit(his, never.oid)]
    expect([named.status, unnamed.status]).toEqual([422, 422])
    expect((named.body as { error: string }).error.replace(secret.oid, '')).toBe(
      (unnamed.body as { error: string }).error.replace(never.oid, ''),
    )
    expect((await hub.put(known.object?.actions?.upload.href ?? '', text)).status).toBe(200)
    expect((await bob.commit(his, secret.oid, secret.size)).status).toBe(200)
  })

  it('cannot be taken with the upload address of another repo', async () => {
    const hub = await hubs.start()
    const [carol, dave] = [hub.as('carol'), hub.as('dave')]
    const [hers, his] = [await repoOf('carol', carol), await repoOf('dave', dave)]
    const { text, ...content } = contentOf('sent to carol')
    const { object } = await carol.batch(hers, content)
    await hub.put(object?.actions?.upload.href ?? '', text)
    expect((await dave.commit(his, content.oid)).status).toBe(422)
    const moved = (object?.actions?.upload.href ?? '').replace(/[0-9a-f]{24}(?=-)/, '0'.repeat(24))
    expect((await hub.put(moved, text)).status).toBe(403)
  })

  it('cannot be named by a key for one repo, even of the same owner', async () => {
    const hub = await hubs.start()
    const erin = hub.as('erin')
    const [one, other] = [await repoOf('erin', erin), await repoOf('erin', erin)]
    const { text, ...content } = contentOf('of the one repo')
    const { object } = await erin.batch(one, content)
    await hub.put(object?.actions?.upload.href ?? '', text)
    expect((await erin.commit(one, content.oid)).status).toBe(200)
    expect((await erin.batch(other, content)).object).toEqual(content)
    const repoId = (await hubs.table.get<{ repoId: string }>(keys.repoName('model', other)))?.repoId ?? ''
    const limited = hub.as('erin', { limit: { repoId } })
    expect((await limited.batch(other, content)).object?.actions?.upload.href).toContain('/api/uploads/')
    expect((await limited.commit(other, content.oid)).status).toBe(422)
    expect((await erin.commit(other, content.oid)).status).toBe(200)
  })
})

describe('an owner whose quota is full', () => {
  it('is told before the upload, and a key for one repo learns nothing from it', async () => {
    const hub = await hubs.start()
    const fred = hub.as('fred')
    const repo = await repoOf('fred', fred)
    const { text, ...first } = contentOf('what fred holds already')
    await hub.put((await fred.batch(repo, first)).object?.actions?.upload.href ?? '', text)
    expect((await fred.commit(repo, first.oid)).status).toBe(200)
    await setQuotas(hubs.table, 'fred', { storedBytes: 100 })
    const { text: _, ...large } = contentOf('x'.repeat(101))
    expect(await fred.batch(repo, large)).toEqual({
      status: 200,
      object: { ...large, error: { code: 403, message: expect.stringContaining('101 more: its quota "storedBytes"') } },
    })
    expect((await fred.batch(repo, { ...first, size: 1000 })).object?.error).toBeUndefined()
    const repoId = (await hubs.table.get<{ repoId: string }>(keys.repoName('model', repo)))?.repoId ?? ''
    const limited = hub.as('fred', { limit: { repoId } })
    for (const size of [1000, first.size])
      expect((await limited.batch(repo, { oid: first.oid, size })).object?.error).toBeUndefined()
    await setQuotas(hubs.table, 'fred', { storedBytes: 200 })
    expect((await fred.batch(repo, large)).object?.actions?.upload).toBeDefined()
  })
})

describe('an upload address', () => {
  it('expires', async () => {
    const hub = await hubs.start()
    const person = hub.as('late')
    const { text, ...content } = contentOf('too late')
    const { object } = await person.batch(await repoOf('late', person), content)
    hub.clock.now = new Date(hub.clock.now.getTime() + 13 * 3_600_000)
    const answer = await hub.put(object?.actions?.upload.href ?? '', text)
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('expired')])
    expect(await hub.objects.head({ key: objectKeys.blob(content.oid) })).toBeUndefined()
  })

  it('contains no key, and is accepted by other instances', async () => {
    const hub = await hubs.start()
    const person = hub.as('once')
    const repo = await repoOf('once', person)
    const { text, ...content } = contentOf('signed')
    const { object } = await person.batch(repo, content)
    const href = object?.actions?.upload.href ?? ''
    expect(href).not.toMatch(/hf_|Bearer/)
    await hub.close()
    const item = await hubs.table.get<{ secret: string }>(keys.uploadSecret)
    expect(href).not.toContain(item?.secret)
    // Another instance accepts what the first one signed.
    const another = await hubs.start()
    expect((await another.put(href, text)).status).toBe(200)
  })

  it('needs a content length', async () => {
    const hub = await hubs.start()
    const person = hub.as('length')
    const { text, ...content } = contentOf('no length')
    const { object } = await person.batch(await repoOf('length', person), content)
    const answer = await hub.ask(object?.actions?.upload.href ?? '', { method: 'PUT', body: text })
    expect(answer.status).toBe(411)
  })
})

it('a commit is complete even if a collection begins meanwhile', async () => {
  let stored = 0
  const sweeping = (folder: ObjectStore): ObjectStore => ({
    ...folder,
    put: async (request) => {
      const outcome = await folder.put(request)
      // After the commit has read the round, and before it checks it again.
      if (stored++ === 0) await beginSweepRound(hubs.table)
      return outcome
    },
  })
  const hub = await hubs.start({ store: sweeping })
  const person = hub.as('swept')
  const repo = await repoOf('swept', person)
  const lines = [
    { key: 'header', value: { summary: 'small' } },
    { key: 'file', value: { path: 'a.txt', content: 'kept' } },
  ]
  const answer = await person.post(
    `/api/models/${repo}/commit/main`,
    lines.map((line) => JSON.stringify(line)).join('\n'),
  )
  expect(answer.status).toBe(200)
  expect(stored).toBe(2)
  expect(await hub.objects.head({ key: objectKeys.blob(sha256('kept')) })).toBeDefined()
})
