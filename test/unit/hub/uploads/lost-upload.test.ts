import { describe, expect, it } from 'vitest'
import { objectKeys } from '../../../../shared/objects/keys.ts'
import { contentOf, freshHubs, repoOf } from './fresh-hubs.ts'

const hubs = freshHubs()

describe('a large file whose content is lost', () => {
  it.each([
    ['in one piece', {}],
    ['in parts', { basicMaxBytes: 4, partMinBytes: 1024 ** 2 }],
  ])('is uploaded again %s with the next commit of it', async (_, uploads) => {
    const hub = await hubs.start({ uploads })
    const person = hub.as('again')
    const repo = await repoOf('again', person)
    const { text, ...content } = contentOf(`weights that a disk lost ${JSON.stringify(uploads)}`)
    const send = async () => {
      const { object } = await person.batch(repo, content)
      const { href = '', header } = object?.actions?.upload ?? {}
      const sent = await hub.put(header?.['00001'] ?? href, text)
      if (header === undefined) return sent.status
      const parts = [{ partNumber: 1, etag: sent.headers.get('etag') }]
      return (await hub.post(href, { oid: content.oid, parts })).status
    }
    expect([await send(), (await person.commit(repo, content.oid, content.size)).status]).toEqual([200, 200])
    await hub.objects.delete({ keys: [objectKeys.blob(content.oid)] })
    expect([await send(), (await person.commit(repo, content.oid, content.size)).status]).toEqual([200, 200])
    expect(await hub.objects.head({ key: objectKeys.blob(content.oid) })).toMatchObject({ sizeBytes: content.size })
  })
})
