import { expect, it } from 'vitest'
import { objectKeys } from '../../../../shared/objects/keys.ts'
import type { ObjectStore } from '../../../../shared/objects/object-store.ts'
import { findRepo } from '../../../../shared/table/repos.ts'
import { putUpload } from '../../../../shared/table/uploads.ts'
import { contentOf, freshHubs, repoOf } from './fresh-hubs.ts'

const hubs = freshHubs()
const atOnce = 32

/** A store that answers nothing about an object until so many are asked about at once. */
function patientStore() {
  const arrived = Promise.withResolvers<void>()
  let waiting = 0
  const store = (folder: ObjectStore): ObjectStore => ({
    ...folder,
    head: async (request) => {
      if (++waiting === atOnce) arrived.resolve()
      await arrived.promise
      return folder.head(request)
    },
  })
  return { store }
}

it('a commit looks at 32 large files at once, so that one of 3,000 is through before a gateway gives up', async () => {
  const { store } = patientStore()
  const hub = await hubs.start({ store })
  const person = hub.as('many')
  const repo = await repoOf('many', person)
  const { id: repoId = '' } = (await findRepo(hubs.table, { name: repo })) ?? {}
  const files = Array.from({ length: 2 * atOnce }, (_, at) => contentOf(`content ${at}`))
  for (const { oid, text, size: sizeBytes } of files) {
    await hub.objects.put({ key: objectKeys.blob(oid), body: Buffer.from(text), sizeBytes, sha256: oid })
    const upload = { repoId, oid, sizeBytes, state: 'proven', createdBy: 'many' } as const
    await putUpload(hubs.table, { upload, seen: undefined, now: hub.clock.now })
  }
  const lines = [
    { key: 'header', value: { summary: 'adds them' } },
    ...files.map(({ oid, size }, at) => ({ key: 'lfsFile', value: { path: `${at}.onnx`, algo: 'sha256', oid, size } })),
  ]
  const { status } = await person.post(
    `/api/models/${repo}/commit/main`,
    lines.map((line) => JSON.stringify(line)).join('\n'),
  )
  expect(status).toBe(200)
})
