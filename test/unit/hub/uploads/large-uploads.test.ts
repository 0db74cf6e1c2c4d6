import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { proveUploadStep, refuseUpload } from '../../../../functions/ingest/steps/prove-upload.ts'
import { createLogger } from '../../../../shared/log.ts'
import { objectKeys } from '../../../../shared/objects/keys.ts'
import type { ObjectStore } from '../../../../shared/objects/object-store.ts'
import { getUpload } from '../../../../shared/table/uploads.ts'
import { stagedKey } from '../../../../shared/uploads/prove-upload.ts'
import { freshHubs, repoOf, type UploadHub } from './fresh-hubs.ts'
import { sha256 } from './hub-with-uploads.ts'

const hubs = freshHubs()

describe('an upload that is too large to verify within a request', () => {
  const settings = { basicMaxBytes: 4, partMinBytes: 8, proveInRequestMaxBytes: 4, waitMs: 0 }
  let hub: UploadHub
  const stepsOf = () =>
    ({
      table: hubs.table,
      objects: hub.objects,
      now: () => hub.clock.now,
      log: createLogger({ level: 'silent' }),
    }) as never

  async function begin(owner: string, sent: string, said = sent) {
    hub = await hubs.start({ uploads: settings })
    const person = hub.as(owner)
    const repo = await repoOf(owner, person)
    const content = { oid: sha256(said), size: said.length }
    const { object } = await person.batch(repo, content)
    const { href = '', header = {} } = object?.actions?.upload ?? {}
    const numbers = Object.keys(header).filter((name) => /^\d+$/.test(name))
    const parts: { partNumber: number; etag: string | null }[] = []
    for (const number of numbers) {
      const at = (Number(number) - 1) * Number(header.chunk_size)
      const answer = await hub.put(header[number] ?? '', sent.slice(at, at + Number(header.chunk_size)))
      parts.push({ partNumber: Number(number), etag: answer.headers.get('etag') })
    }
    const complete = () => hub.post(href, { oid: content.oid, parts })
    return { person, repo, content, complete, verify: object?.actions?.verify.href ?? '' }
  }
  const proofOf = () =>
    hub.messages.filter(({ step }) => step === 'prove-upload') as { uploadId: string; attempt: number }[]

  it('is verified in the background, without being sent again', async () => {
    // Parts grow by a mebibyte at least, so this is a single part.
    const { person, repo, content, complete, verify } = await begin('patient', 'eight888')
    expect((await complete()).status).toBe(200)
    expect(proofOf()).toHaveLength(1)
    expect((await hub.post(verify, {})).status).toBe(503)
    expect((await person.batch(repo, content)).object).toEqual(content)
    const early = await person.commit(repo, content.oid, content.size)
    expect([early.status, (early.body as { error: string }).error]).toEqual([
      503,
      expect.stringContaining('same command again'),
    ])
    expect(early.headers.get('retry-after')).toBe('20')
    const [message] = proofOf()
    for (let again = 0; again < 2; again++)
      await proveUploadStep(
        { step: 'prove-upload', attempt: 1, uploadId: message?.uploadId ?? '' },
        stepsOf(),
        new AbortController().signal,
      )
    expect((await hub.post(verify, {})).status).toBe(200)
    expect((await person.commit(repo, content.oid, content.size)).status).toBe(200)
    expect(await hub.objects.head({ key: stagedKey(message?.uploadId ?? '') })).toBeUndefined()
    const { body } = await hub.objects.get({ key: objectKeys.blob(content.oid) })
    expect((await buffer(body)).toString()).toBe('eight888')
  })

  it('is queued again if nobody verified it for half an hour', async () => {
    const { person, repo, content, complete, verify } = await begin('forgotten', 'forgotten')
    expect((await complete()).status).toBe(200)
    hub.clock.now = new Date(hub.clock.now.getTime() + 29 * 60_000)
    expect((await hub.post(verify, {})).status).toBe(503)
    expect(proofOf()).toHaveLength(1)
    hub.clock.now = new Date(hub.clock.now.getTime() + 2 * 60_000)
    const answers = await Promise.all([1, 2, 3].map(() => hub.post(verify, {})))
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503])
    expect(proofOf()).toHaveLength(2)
    const asked = { step: 'prove-upload' as const, attempt: 1, uploadId: proofOf()[1]?.uploadId ?? '' }
    await proveUploadStep(asked, stepsOf(), new AbortController().signal)
    expect((await person.commit(repo, content.oid, content.size)).status).toBe(200)
  })

  it('is refused if its bytes have another hash', async () => {
    const { person, repo, content, complete } = await begin('forger', 'forged!!', 'genuine!')
    await complete()
    const [message] = proofOf()
    await proveUploadStep(
      { step: 'prove-upload', attempt: 1, uploadId: message?.uploadId ?? '' },
      stepsOf(),
      new AbortController().signal,
    )
    const refused = await person.commit(repo, content.oid, content.size)
    expect([refused.status, (refused.body as { error: string }).error]).toEqual([
      422,
      expect.stringContaining('its sha256 is'),
    ])
    expect(await hub.objects.head({ key: objectKeys.blob(content.oid) })).toBeUndefined()
    expect(await hub.objects.head({ key: stagedKey(message?.uploadId ?? '') })).toBeUndefined()
    expect((await person.batch(repo, content)).object?.actions).toBeDefined()
  })

  it('is refused if it can never be read, instead of waiting for ever', async () => {
    const { person, repo, content, complete } = await begin('dying', 'unreadable')
    await complete()
    const [message] = proofOf()
    await refuseUpload({ step: 'prove-upload', attempt: 4, uploadId: message?.uploadId ?? '' }, stepsOf())
    expect((await person.commit(repo, content.oid)).status).toBe(422)
    expect((await getUpload(hubs.table, message?.uploadId ?? '', hub.clock.now))?.state).toBe('refused')
  })

  it('starts no second multipart upload while one is running', async () => {
    const created: string[] = []
    const counting = (folder: ObjectStore): ObjectStore => ({
      ...folder,
      uploads: {
        ...folder.uploads,
        create: async (request) => {
          created.push(request.partsFrom ?? 'us')
          return folder.uploads.create(request)
        },
      },
    })
    hub = await hubs.start({ uploads: settings, store: counting })
    const person = hub.as('again')
    const repo = await repoOf('again', person)
    const content = { oid: sha256('asked often'), size: 11 }
    for (let again = 0; again < 3; again++) await person.batch(repo, content)
    expect(created).toEqual(['clients'])
  })
})
