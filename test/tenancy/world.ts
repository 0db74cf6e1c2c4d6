import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Scope } from '../../shared/auth/principal.ts'
import type { KeyLimit } from '../../shared/table/api-keys.ts'
import { createDeployment } from '../../shared/table/deployments.ts'
import { type ImportItem, importCreation } from '../../shared/table/imports.ts'
import { findRepo } from '../../shared/table/repos.ts'
import { openTable, type Table } from '../../shared/table/table.ts'
import type { UserItem } from '../../shared/table/users.ts'
import { startDatabase } from '../support/database.ts'
import { type Answer, type Api, createApi } from '../support/http.ts'
import { startLocalHost } from '../support/local-host.ts'
import { makeKey } from '../support/make-key.ts'
import { makePerson } from '../support/people.ts'
import { stateReader } from './fingerprint.ts'
import { type Names, secretMark } from './names.ts'

export type World = Awaited<ReturnType<typeof startWorld>>

/** A host on which a user, Ada, has one of everything, privately, and some repos that anyone may read. */
export async function startWorld() {
  const database = await startDatabase()
  const { endpoint } = database
  const environment = {
    SLIPWAY_DYNAMODB_ENDPOINT: endpoint,
    HF_ENDPOINT: 'http://127.0.0.1:9',
    SLIPWAY_REGISTRATION: 'invitation',
  }
  const host = await startLocalHost({ environment, parameters: ['--no-sample'] })
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const table = openTable({ tableName: 'slipway', client: { endpoint, region: 'local', credentials } })
  const admin = createApi({ url: host.url, key: host.key })
  const state = stateReader({ endpoint, dataDir: host.dataDir })

  const register = async (name: string) => {
    const { api } = await makePerson(admin, { name })
    const { body } = await api.get('/api/v1/me')
    return { id: body.userId, username: body.username } as UserItem
  }
  const [ada, stranger, colleague] = [await register('ada'), await register('stranger'), await register('colleague')]
  const keyOf = (user: UserItem, scopes: Scope[], rest: { limit?: KeyLimit; validUntil?: string } = {}) =>
    makeKey(table, { user, scopes, ...rest })
  const key = await keyOf(ada, ['admin'])
  const own = createApi({ url: host.url, key })
  const names: Names = {
    owner: ada.username,
    model: `${secretMark}-model`,
    dataset: `${secretMark}-data`,
    organisation: `${secretMark}-org-${randomBytes(3).toString('hex')}`,
    member: colleague.username,
    userId: stranger.id,
    keyId: (await must(own.post('/api/v1/keys', { name: `${secretMark} key`, scopes: ['read'] }))).id,
    invitationId: (await must(admin.post('/api/v1/invitations', {}))).id,
    importId: `imp_${randomBytes(16).toString('hex')}`,
    deployment: `${secretMark}-deployed`,
    uploadId: '',
  }
  const open: Names = { ...names, model: 'open-model', dataset: 'open-data' }
  await must(own.post('/api/v1/owners', { name: names.organisation }))
  await makeRepos(own, names, true)
  await makeRepos(own, open, false)
  names.uploadId = await beginUpload(own, names)
  await putRecords(table, names)

  return {
    ...{ host, table, admin, key, names, open, state, ada, stranger, register, keyOf },
    /** The ids of what keys can be limited to. */
    openModelId: (await findRepo(table, { name: `${open.owner}/${open.model}` }))?.id ?? '',
    /** What is stored, once nothing is at work in the background. */
    settled: () => settled(state),
    async close() {
      state.close()
      table.close()
      await host.close()
      await database.close()
    },
  }
}

export async function must(asked: Promise<Answer>): Promise<Answer['body']> {
  const { status, body } = await asked
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`)
  return body
}

async function makeRepos(own: Api, names: Names, isPrivate: boolean) {
  const files = ['a.txt', 'a-Q4_K_M.gguf'].map((path) => ({ path, content: 'a text', encoding: 'utf-8' }))
  for (const type of ['model', 'dataset'] as const) {
    await must(own.post('/api/repos/create', { name: names[type], type, private: isPrivate, files }))
    await must(own.post(`/api/${type}s/${names.owner}/${names[type]}/tag/main`, { tag: 'v0' }))
  }
  await must(own.post(`/api/v1/repos/${names.owner}/${names.model}/aliases`, { name: 'champion', revision: 'main' }))
}

/** An upload that nobody sends the bytes of. */
async function beginUpload(own: Api, { owner, model }: Names): Promise<string> {
  const oid = createHash('sha256').update('not sent yet').digest('hex')
  const batch = { operation: 'upload', transfers: ['basic'], objects: [{ oid, size: 12 }] }
  const { objects } = await must(own.post(`/${owner}/${model}.git/info/lfs/objects/batch`, batch)).then((body) =>
    typeof body === 'string' ? JSON.parse(body) : body,
  )
  const [, id] = /\/api\/uploads\/([^/]+)\//.exec(objects[0].actions.upload.href) ?? []
  if (id === undefined) throw new Error('no upload was begun')
  return id
}

/** What takes a Hub to pull from, or a model that can be served. */
async function putRecords(table: Table, { owner, model, importId, deployment }: Names) {
  const repo = `${owner}/${model}`
  const repoId = (await findRepo(table, { name: repo }))?.id ?? ''
  const at = '2026-01-01T00:00:00.000Z'
  const made = { createdAt: at, updatedAt: at, createdBy: 'ada' }
  const counts = { filesTotal: 0, filesDone: 0, bytesTotal: 0, bytesDone: 0, bytesHeld: 0 }
  const source = `hf://${repo}@main`
  const item: ImportItem = { id: importId, repo, repoId, source, state: 'READY', ...counts, ...made }
  await table.transact(importCreation(item, { details: { skipped: [] }, importsMax: undefined }))
  const served = { revision: 'a'.repeat(40), task: 'feature-extraction', file: 'model.onnx' }
  const target = { target: `${repo}@main`, repo, repoId, ref: 'main' }
  await createDeployment(table, { name: deployment, owner, ...target, ...served, createdAt: at, createdBy: 'ada' })
}

/** What inspects new revisions in the background has come to its end. */
async function settled(state: ReturnType<typeof stateReader>) {
  let last = await state.read()
  for (;;) {
    await wait(300)
    const now = await state.read()
    if (JSON.stringify(now) === JSON.stringify(last)) return now
    last = now
  }
}
