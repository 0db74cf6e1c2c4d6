import { buffer } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { proveUploadStep, refuseUpload } from '../../../../functions/ingest/steps/prove-upload.ts'
import { createLogger } from '../../../../shared/log.ts'
import { objectKeys } from '../../../../shared/objects/keys.ts'
import type { ObjectStore } from '../../../../shared/objects/object-store.ts'
import { keys } from '../../../../shared/table/keys.ts'
import { beginSweepRound } from '../../../../shared/table/sweeps.ts'
import { getUpload } from '../../../../shared/table/uploads.ts'
import { stagedKey } from '../../../../shared/uploads/prove-upload.ts'
import { startTable, type TestTable } from '../../../support/dynoxide.ts'
import { sha256, startHub } from './hub-with-uploads.ts'

let held: TestTable
let hub: Awaited<ReturnType<typeof startHub>>
beforeAll(async () => {
  held = await startTable()
})
afterEach(() => hub.close())
afterAll(() => held.close())

let names = 0
/** A repo that no other test has. */
async function repoOf(owner: string, person = hub.as(owner)) {
  const repo = `${owner}/repo-${names++}`
  expect((await person.create(repo)).status).toBe(200)
  return repo
}
const contentOf = (text: string) => ({ text, oid: sha256(text), size: text.length })

describe('content that somebody else holds', () => {
  it('is to be sent all the same, and answers nothing about who has it', async () => {
    hub = await startHub({ table: held.table })
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

  it('is not to be had with the address of an upload to another repo', async () => {
    hub = await startHub({ table: held.table })
    const [carol, dave] = [hub.as('carol'), hub.as('dave')]
    const [hers, his] = [await repoOf('carol', carol), await repoOf('dave', dave)]
    const { text, ...content } = contentOf('sent to carol')
    const { object } = await carol.batch(hers, content)
    await hub.put(object?.actions?.upload.href ?? '', text)
    expect((await dave.commit(his, content.oid)).status).toBe(422)
    const moved = (object?.actions?.upload.href ?? '').replace(/[0-9a-f]{24}(?=-)/, '0'.repeat(24))
    expect((await hub.put(moved, text)).status).toBe(403)
  })

  it('is not named by a key for one repo, also of the same owner', async () => {
    hub = await startHub({ table: held.table })
    const erin = hub.as('erin')
    const [one, other] = [await repoOf('erin', erin), await repoOf('erin', erin)]
    const { text, ...content } = contentOf('of the one repo')
    const { object } = await erin.batch(one, content)
    await hub.put(object?.actions?.upload.href ?? '', text)
    expect((await erin.commit(one, content.oid)).status).toBe(200)
    expect((await erin.batch(other, content)).object).toEqual(content)
    const repoId = (await held.table.get<{ repoId: string }>(keys.repoName('model', other)))?.repoId ?? ''
    const limited = hub.as('erin', { limit: { repoId } })
    expect((await limited.batch(other, content)).object?.actions?.upload.href).toContain('/api/uploads/')
    expect((await limited.commit(other, content.oid)).status).toBe(422)
    expect((await erin.commit(other, content.oid)).status).toBe(200)
  })
})

describe('an address', () => {
  it('expires', async () => {
    hub = await startHub({ table: held.table })
    const person = hub.as('late')
    const { text, ...content } = contentOf('too late')
    const { object } = await person.batch(await repoOf('late', person), content)
    hub.clock.now = new Date(hub.clock.now.getTime() + 13 * 3_600_000)
    const answer = await hub.put(object?.actions?.upload.href ?? '', text)
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('expired')])
    expect(await hub.objects.head({ key: objectKeys.blob(content.oid) })).toBeUndefined()
  })

  it('holds no key, and its secret is made once and kept', async () => {
    hub = await startHub({ table: held.table })
    const person = hub.as('once')
    const repo = await repoOf('once', person)
    const { text, ...content } = contentOf('signed')
    const { object } = await person.batch(repo, content)
    const href = object?.actions?.upload.href ?? ''
    expect(href).not.toMatch(/hf_|Bearer/)
    await hub.close()
    const item = await held.table.get<{ secret: string }>(keys.uploadSecret)
    expect(href).not.toContain(item?.secret)
    // Another instance accepts what the first one signed.
    hub = await startHub({ table: held.table })
    expect((await hub.put(href, text)).status).toBe(200)
  })

  it('is not answered without a length', async () => {
    hub = await startHub({ table: held.table })
    const person = hub.as('length')
    const { text, ...content } = contentOf('no length')
    const { object } = await person.batch(await repoOf('length', person), content)
    const answer = await hub.ask(object?.actions?.upload.href ?? '', { method: 'PUT', body: text })
    expect(answer.status).toBe(411)
  })
})

describe('an upload that is too large to be read within a request', () => {
  const settings = { basicMaxBytes: 4, partMinBytes: 8, proveInRequestMaxBytes: 4, waitMs: 0 }
  const stepsOf = () =>
    ({
      table: held.table,
      objects: hub.objects,
      now: () => hub.clock.now,
      log: createLogger({ level: 'silent' }),
    }) as never

  async function begin(owner: string, sent: string, said = sent) {
    hub = await startHub({ table: held.table, uploads: settings })
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

  it('is proven by somebody with more time, and meanwhile nothing is sent again', async () => {
    // A mebibyte is the least that parts grow by, so the whole is one part here.
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

  it('is asked to be proven again where nobody saw to it for long', async () => {
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

  it('is refused for who waits, where it is not what it was said to be', async () => {
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

  it('is refused, and not for ever waited for, where nobody can read it', async () => {
    const { person, repo, content, complete } = await begin('dying', 'unreadable')
    await complete()
    const [message] = proofOf()
    await refuseUpload({ step: 'prove-upload', attempt: 4, uploadId: message?.uploadId ?? '' }, stepsOf())
    expect((await person.commit(repo, content.oid)).status).toBe(422)
    expect((await getUpload(held.table, message?.uploadId ?? '', hub.clock.now))?.state).toBe('refused')
  })

  it('begins no second upload of parts where one is under way', async () => {
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
    hub = await startHub({ table: held.table, uploads: settings, store: counting })
    const person = hub.as('again')
    const repo = await repoOf('again', person)
    const content = { oid: sha256('asked often'), size: 11 }
    for (let again = 0; again < 3; again++) await person.batch(repo, content)
    expect(created).toEqual(['clients'])
  })
})

describe('a store that is a server', () => {
  it('is sent the bytes itself, which are read before anything names them', async () => {
    const asServer = (folder: ObjectStore): ObjectStore => ({
      ...folder,
      uploadUrl: async ({ key, part }) => `https://store.test/${key}?part=${part?.partNumber ?? ''}`,
    })
    hub = await startHub({ table: held.table, store: asServer })
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
    // JavaScript never asks for it to be verified: the commit does.
    expect((await person.commit(repo, content.oid, content.size)).status).toBe(200)
    expect(await hub.objects.head({ key })).toBeUndefined()
  })

  it('may be sent another content while the first is read, and the blob is what was hashed', async () => {
    let swap: (() => Promise<unknown>) | undefined
    const swapping = (folder: ObjectStore): ObjectStore => ({
      ...folder,
      uploadUrl: async ({ key }) => `https://store.test/${key}`,
      copy: async (request) => {
        await swap?.()
        return folder.copy(request)
      },
    })
    hub = await startHub({ table: held.table, store: swapping })
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
})

it('is committed whole where a collection begins a round meanwhile', async () => {
  let stored = 0
  const sweeping = (folder: ObjectStore): ObjectStore => ({
    ...folder,
    put: async (request) => {
      const outcome = await folder.put(request)
      // After the round was read, and before it is asked whether it stands.
      if (stored++ === 0) await beginSweepRound(held.table)
      return outcome
    },
  })
  hub = await startHub({ table: held.table, store: sweeping })
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
