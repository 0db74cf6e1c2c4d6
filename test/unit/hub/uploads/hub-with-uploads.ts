import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHubApp } from '../../../../functions/hub/app.ts'
import { localUploads, type UploadSettings } from '../../../../functions/hub/uploads/upload-parts.ts'
import type { Principal } from '../../../../shared/auth/principal.ts'
import type { IngestMessage } from '../../../../shared/ingest/message.ts'
import { createLogger } from '../../../../shared/log.ts'
import { createMetrics } from '../../../../shared/metrics.ts'
import { objectAccess } from '../../../../shared/objects/access.ts'
import { createFolderObjectStore } from '../../../../shared/objects/folder-object-store.ts'
import type { ObjectStore } from '../../../../shared/objects/object-store.ts'
import type { Table } from '../../../../shared/table/table.ts'
import { guardedObjects } from '../../../support/guarded-objects.ts'

export const sha256 = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex')

export interface HubOptions {
  table: Table
  uploads?: Partial<UploadSettings>
  /** Wraps the folder store. */
  store?: (folder: ObjectStore) => ObjectStore
}

/** The hub in this process, on its own folder, with a client for each of several people. */
export async function startHub({ table, uploads, store = (folder) => folder }: HubOptions) {
  const root = await mkdtemp(join(tmpdir(), 'slipway-uploads-'))
  const objects = store(createFolderObjectStore({ root }))
  const messages: IngestMessage[] = []
  const clock = { now: new Date('2026-11-20T12:00:00Z') }
  const people = new Map<string, Principal>()
  const app = createHubApp({
    table,
    objects: guardedObjects(objects, objectAccess.hub),
    ingest: { send: async ({ message }) => void messages.push(message), sendMany: async () => {} },
    uploads: { ...localUploads, ...uploads },
    verify: async (token) => people.get(token ?? '') as Principal,
    log: createLogger({ level: 'silent' }),
    metrics: createMetrics(),
    now: () => clock.now,
  })
  const ask = (path: string, init: RequestInit) => app.request(new URL(path, 'http://hub.test'), init)
  return {
    objects,
    messages,
    clock,
    ask,
    close: () => rm(root, { recursive: true, force: true }),
    as(username: string, more: Partial<Principal> = {}) {
      const base = { role: 'member' as const, keyId: 'k', scopes: ['write' as const], owners: {} }
      const token = `hf_${username}_${JSON.stringify(more)}`.replaceAll(/[^\w]/g, '_')
      people.set(token, { ...base, userId: username, username, ...more })
      const post = async (path: string, body: unknown) => {
        const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
        const text = typeof body === 'string' ? body : JSON.stringify(body)
        const answer = await ask(path, { method: 'POST', headers, body: text })
        return { status: answer.status, headers: answer.headers, body: await answer.json() }
      }
      return {
        token,
        post,
        create: (name: string) =>
          post('/api/repos/create', { name: name.split('/')[1], organization: name.split('/')[0] }),
        batch: async (repo: string, content: { oid: string; size: number }) => {
          const batch = { operation: 'upload', transfers: ['basic', 'multipart'], objects: [content] }
          const { status, body } = await post(`/${repo}.git/info/lfs/objects/batch`, batch)
          return { status, object: (body as BatchAnswer).objects?.[0] }
        },
        commit: (repo: string, oid: string, size?: number) =>
          post(
            `/api/models/${repo}/commit/main`,
            [
              { key: 'header', value: { summary: 'adds it' } },
              { key: 'lfsFile', value: { path: 'm.onnx', algo: 'sha256', oid, size } },
            ]
              .map((line) => JSON.stringify(line))
              .join('\n'),
          ),
      }
    },
    put: (href: string, body: string | Uint8Array) =>
      ask(href, {
        method: 'PUT',
        body: body as NonNullable<RequestInit['body']>,
        headers: { 'content-length': String(body.length) },
      }),
    post: (href: string, body: unknown) => ask(href, { method: 'POST', body: JSON.stringify(body) }),
  }
}

interface BatchAnswer {
  objects?: {
    oid: string
    actions?: { upload: { href: string; header?: Record<string, string> }; verify: { href: string } }
    error?: { code: number; message: string }
  }[]
}
