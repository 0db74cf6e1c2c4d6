import { describe, expect, it } from 'vitest'
import { objectKeys } from '../../../../shared/objects/keys.ts'
import type { ObjectStore } from '../../../../shared/objects/object-store.ts'
import { contentOf, freshHubs, repoOf } from './fresh-hubs.ts'

const hubs = freshHubs()

describe('a store with its own address', () => {
  it('receives the bytes directly, which are verified before a commit can name them', async () => {
    const asServer = (folder: ObjectStore): ObjectStore => ({
      ...folder,
      uploadUrl: async ({ key, part }) => `https://store.test/${key}?part=${part?.partNumber ?? ''}`,
    })
    const hub = await hubs.start({ store: asServer })
    const person = hub.as('direct')
    const repo = await repoOf('direct', person)
    const { text, ...content } = contentOf('sent to the store')
    const { object } = await person.batch(repo, content)
    const { hostname, pathname } = new URL(object?.actions?.upload.href ?? '')
    expect(hostname).toBe('store.test')
    expect((await person.commit(repo, content.oid, content.size)).status).toBe(422)
    const key = pathname.slice(1)
    await hub.objects.put({ key, body: Buffer.from('sent to the stare'), sizeBytes: text.length })
    expect((await person.commit(repo, content.oid, content.size)).status).toBe(422)
    expect(await hub.objects.head({ key: objectKeys.blob(content.oid) })).toBeUndefined()
    await person.batch(repo, content)
    await hub.objects.put({ key, body: Buffer.from(text), sizeBytes: text.length })
    // JavaScript clients never ask for verification; the commit does.
    expect((await person.commit(repo, content.oid, content.size)).status).toBe(200)
    expect(await hub.objects.head({ key })).toBeUndefined()
  })

  it('cannot be given other content during the verification', async () => {
    let swap: (() => Promise<unknown>) | undefined
    const swapping = (folder: ObjectStore): ObjectStore => ({
      ...folder,
      uploadUrl: async ({ key }) => `https://store.test/${key}`,
      copy: async (request) => {
        await swap?.()
        return folder.copy(request)
      },
    })
    const hub = await hubs.start({ store: swapping })
    const person = hub.as('swapper')
    const repo = await repoOf('swapper', person)
    const { text, ...content } = contentOf('the right bytes')
    const { object } = await person.batch(repo, content)
    const key = new URL(object?.actions?.upload.href ?? '').pathname.slice(1)
    const put = (body: string) => hub.objects.put({ key, body: Buffer.from(body), sizeBytes: body.length })
    await put(text)
    swap = () => put('the wrong bytes')
    expect((await person.commit(repo, content.oid, content.size)).status).toBe(422)
    expect(await hub.objects.head({ key: objectKeys.blob(content.oid) })).toBeUndefined()
  })

  it('keeps what one client uploaded if another one overwrites it a moment later', async () => {
    let before: (() => Promise<unknown>) | undefined
    const asServer = (folder: ObjectStore): ObjectStore => ({
      ...folder,
      uploadUrl: async ({ key }) => `https://store.test/${key}`,
      get: async (request) => {
        const first = before
        before = undefined
        await first?.()
        return folder.get(request)
      },
    })
    const hub = await hubs.start({ store: asServer })
    const person = hub.as('proven')
    const repo = await repoOf('proven', person)
    const { text, ...content } = contentOf('proven a moment ago')
    const { object } = await person.batch(repo, content)
    const key = new URL(object?.actions?.upload.href ?? '').pathname.slice(1)
    const put = (body: string) => hub.objects.put({ key, body: Buffer.from(body), sizeBytes: body.length })
    await put(text)
    const said: number[] = []
    before = async () => {
      said.push((await hub.post(object?.actions?.verify.href ?? '', {})).status)
      await put('proven a minute ago')
    }
    said.push((await person.commit(repo, content.oid, content.size)).status)
    expect(said).toEqual([200, 200])
    expect((await person.batch(repo, content)).object).toEqual(content)
    expect(await hub.objects.head({ key })).toBeUndefined()
  })

  it('accepts the same content from two clients without aborting either upload', async () => {
    const ended: string[] = []
    const asServer = (folder: ObjectStore): ObjectStore => ({
      ...folder,
      uploadUrl: async ({ key, part }) => `https://store.test/${key}?upload=${part?.uploadId}`,
      uploads: {
        ...folder.uploads,
        abort: async (request) => {
          ended.push(request.uploadId)
          await folder.uploads.abort(request)
        },
      },
    })
    const hub = await hubs.start({ store: asServer, uploads: { basicMaxBytes: 4 } })
    const person = hub.as('twins')
    const repo = await repoOf('twins', person)
    const { text, ...content } = contentOf('what both of them have')
    const begin = async () => {
      const { href = '', header = {} } = (await person.batch(repo, content)).object?.actions?.upload ?? {}
      const { pathname, searchParams } = new URL(header['00001'] ?? '')
      const part = { key: pathname.slice(1), uploadId: searchParams.get('upload') ?? '', partNumber: 1 }
      return {
        uploadId: part.uploadId,
        async send() {
          const body = Buffer.from(text)
          const { etag } = await hub.objects.uploads.putPart({ ...part, body, sizeBytes: body.byteLength })
          return (await hub.post(href, { oid: content.oid, parts: [{ partNumber: 1, etag }] })).status
        },
      }
    }
    const [first, second] = [await begin(), await begin()]
    expect([await first.send(), await second.send()]).toEqual([200, 200])
    expect((await person.commit(repo, content.oid, content.size)).status).toBe(200)
    expect(ended).toEqual([second.uploadId])
  })
})
