import { afterEach, beforeEach, expect, it } from 'vitest'
import { reimportMirror } from '../../functions/maintenance/fsck/reimport-mirror.ts'
import { objectKeys } from '../../shared/objects/keys.ts'
import { listImports } from '../../shared/table/imports.ts'
import { changeRepo } from '../../shared/table/repo-write.ts'
import { allFiles, getRevision } from '../../shared/table/repos.ts'
import { type Hub, startHub } from '../support/hub/start-hub.ts'
import { type Lab, type Store, startLab } from './support/lab.ts'
import { sampleFiles, source } from './support/model.ts'
import { IngestProcess } from './support/process.ts'

let lab: Lab
let hub: Hub
let store: Store
beforeEach(async () => {
  lab = await startLab()
  hub = await startHub({ repos: { 'acme/model': { files: await sampleFiles() } } })
  store = await lab.newStore()
})
afterEach(async () => {
  await hub.close()
  await lab.close()
})

it('restores what a mirror lost by importing it again from its Hub', async () => {
  const { table } = lab
  const ingest = new IngestProcess({ lab, store, hub })
  const mirror = { upstream: hub.url, visibility: 'public' as const }
  const { repoId, revision = '' } = await ingest.pull(source, 'acme/model', { mirror })
  const item = await getRevision(table, repoId, revision)
  if (item === undefined) throw new Error('the mirror was not filled')
  const files = await Array.fromAsync(allFiles(table, repoId, revision))
  const blobs = files.map(({ sha256 }) => objectKeys.blob(sha256))
  await store.objects.delete({ keys: blobs })

  const again = await reimportMirror(item, { table, ingest: ingest.queue, now: () => new Date() })
  await again?.()
  await ingest.idle()
  const { items } = await listImports(table, { limit: 9 })
  const whole = { state: 'READY', repoId, revision }
  expect(items).toMatchObject([whole, whole])
  for (const key of blobs) expect(await store.objects.head({ key }), key).toBeDefined()

  // Under another name it is a copy of our own, unrelated to what has that name on the Hub.
  await changeRepo(table, repoId, (repo) => ({ repo: { ...repo, name: 'ours' } }))
  expect(await reimportMirror(item, { table, ingest: ingest.queue, now: () => new Date() })).toBeUndefined()
})
