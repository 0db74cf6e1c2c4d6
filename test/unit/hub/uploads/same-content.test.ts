import { expect, it } from 'vitest'
import type { ObjectStore } from '../../../../shared/objects/object-store.ts'
import type { Table } from '../../../../shared/table/table.ts'
import { stagedKey } from '../../../../shared/uploads/prove-upload.ts'
import { contentOf, freshHubs, repoOf, type UploadHub } from './fresh-hubs.ts'

const hubs = freshHubs()
const inParts = { basicMaxBytes: 4, partMinBytes: 1024 ** 2 }

/** A client that uploads content in parts, step by step. */
async function uploader(hub: UploadHub, { person, repo, content }: Sender) {
  const { object } = await person.batch(repo, { oid: content.oid, size: content.size })
  const { href = '', header = {} } = object?.actions?.upload ?? {}
  const address = new URL(header['00001'] ?? '')
  let etag: string | null = null
  return {
    upload: {
      key: stagedKey(address.pathname.split('/')[3] ?? ''),
      uploadId: address.searchParams.get('upload') ?? '',
    },
    async send() {
      const answer = await hub.put(header['00001'] ?? '', content.text)
      etag = answer.headers.get('etag')
      return answer.status
    },
    complete: async () =>
      (await hub.post(href, { oid: content.oid, parts: [{ partNumber: 1, etag: etag ?? 'none' }] })).status,
    commit: async () => (await person.commit(repo, content.oid, content.size)).status,
  }
}

interface Sender {
  person: ReturnType<UploadHub['as']>
  repo: string
  content: ReturnType<typeof contentOf>
}

it('accepts the same content from two simultaneous clients, whichever finishes first', async () => {
  const hub = await hubs.start({ uploads: inParts })
  const person = hub.as('both')
  const given = { person, repo: await repoOf('both', person), content: contentOf('the same weights') }
  const [first, second] = [await uploader(hub, given), await uploader(hub, given)]
  expect([await first.send(), await first.complete(), await second.send(), await second.complete()]).toEqual([
    200, 200, 200, 200,
  ])
  expect([await first.commit(), await second.commit()]).toEqual([200, 200])
})

it("accepts content while the first client's upload is being verified", async () => {
  let whileRead: (() => Promise<unknown>) | undefined
  const slow = (folder: ObjectStore): ObjectStore => ({
    ...folder,
    get: async (request) => {
      const during = whileRead
      whileRead = undefined
      await during?.()
      return folder.get(request)
    },
  })
  const hub = await hubs.start({ uploads: inParts, store: slow })
  const person = hub.as('during')
  const given = { person, repo: await repoOf('during', person), content: contentOf('read while it is sent') }
  const [first, second] = [await uploader(hub, given), await uploader(hub, given)]
  await first.send()
  const said: number[] = []
  whileRead = async () => void said.push(await second.send(), await second.complete())
  expect([await first.complete(), ...said, await first.commit()]).toEqual([200, 200, 200, 200])
})

it('completes an upload whose content was verified a moment before', async () => {
  let beforeJoined: (() => Promise<unknown>) | undefined
  const late = (folder: ObjectStore): ObjectStore => ({
    ...folder,
    uploads: {
      ...folder.uploads,
      complete: async (request) => {
        const before = beforeJoined
        beforeJoined = undefined
        await before?.()
        return folder.uploads.complete(request)
      },
    },
  })
  const hub = await hubs.start({ uploads: inParts, store: late })
  const person = hub.as('late')
  const given = { person, repo: await repoOf('late', person), content: contentOf('joined twice') }
  const [first, second] = [await uploader(hub, given), await uploader(hub, given)]
  await first.send()
  await second.send()
  beforeJoined = first.complete
  expect([await second.complete(), await second.commit()]).toEqual([200, 200])
})

it('refuses parts of an aborted upload if nobody else uploaded the content', async () => {
  const hub = await hubs.start({ uploads: inParts })
  const person = hub.as('swept')
  const given = { person, repo: await repoOf('swept', person), content: contentOf('an upload that was swept') }
  const sender = await uploader(hub, given)
  await hub.objects.uploads.abort(sender.upload)
  expect(await sender.send()).toBe(422)
})

it('keeps content verified if another client asks to upload it at that moment', async () => {
  let beforePut: (() => Promise<unknown>) | undefined
  const late: Table = {
    ...hubs.table,
    put: async (item, condition) => {
      const before = item.pk.startsWith('UPLOAD#') ? beforePut : undefined
      if (before !== undefined) beforePut = undefined
      await before?.()
      return hubs.table.put(item, condition)
    },
  }
  const hub = await hubs.start({ table: late })
  const person = hub.as('moment')
  const repo = await repoOf('moment', person)
  const { text, ...content } = contentOf('proven meanwhile')
  const { object } = await person.batch(repo, content)
  const sent: number[] = []
  beforePut = async () => void sent.push((await hub.put(object?.actions?.upload.href ?? '', text)).status)
  expect((await person.batch(repo, content)).object).toEqual(content)
  expect([...sent, (await person.commit(repo, content.oid, content.size)).status]).toEqual([200, 200])
})

it('returns duplicate objects of a batch once', async () => {
  const hub = await hubs.start({ uploads: inParts })
  const person = hub.as('copies')
  const repo = await repoOf('copies', person)
  const { oid, size } = contentOf('eight copies')
  const objects = Array.from({ length: 8 }, () => ({ oid, size }))
  const { body } = await person.post(`/${repo}.git/info/lfs/objects/batch`, { operation: 'upload', objects })
  expect((body as { objects: unknown[] }).objects).toEqual([
    expect.objectContaining({ oid, actions: expect.anything() }),
  ])
})
