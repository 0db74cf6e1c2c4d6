import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHubApp } from '../../../../functions/hub/app.ts'
import type { UpstreamSettings } from '../../../../functions/hub/mirror/upstream.ts'
import type { Principal } from '../../../../shared/auth/principal.ts'
import { errors } from '../../../../shared/errors.ts'
import type { IngestMessage } from '../../../../shared/ingest/message.ts'
import { createLogger } from '../../../../shared/log.ts'
import { createMetrics } from '../../../../shared/metrics.ts'
import { objectAccess } from '../../../../shared/objects/access.ts'
import { createFolderObjectStore } from '../../../../shared/objects/folder-object-store.ts'
import type { ObjectStore } from '../../../../shared/objects/object-store.ts'
import { tableAccess } from '../../../../shared/table/access.ts'
import type { Table } from '../../../../shared/table/table.ts'
import { guardedObjects } from '../../../support/guarded-objects.ts'
import { guardedTable } from '../../../support/guarded-table.ts'

const principal = (username: string, rest: Partial<Principal> = {}): Principal => ({
  userId: `user_${username}`,
  username,
  role: 'member',
  keyId: `key_${username}`,
  scopes: ['read', 'write'],
  owners: {},
  ...rest,
})

/** The principal of each key. */
const callers: Record<string, Principal> = {
  hf_admin: principal('root', { role: 'admin', scopes: ['admin'] }),
  hf_member: principal('ann'),
  hf_insider: principal('ben', { owners: { far: 'read' } }),
  hf_infer: principal('cat', { scopes: ['infer'] }),
  hf_elsewhere: principal('dan', { limit: { owner: 'team' } }),
  hf_onerepo: principal('eve', { limit: { repoId: 'f'.repeat(24) } }),
}

export interface MirrorHost extends AsyncDisposable {
  /** Asks with the key `hf_<who>`, or without one. */
  ask(
    path: string,
    options?: { as?: string; method?: string; headers?: Record<string, string>; body?: string },
  ): Promise<Response>
  sent: { message: IngestMessage; delaySeconds?: number }[]
  objects: ObjectStore
  clock: { nowMs: number }
  said: () => string
}

/** A hub that mirrors another, with its own clock. Queued messages are in `sent`. */
export async function startMirror({ table, settings, objects: given }: StartMirror): Promise<MirrorHost> {
  const root = await mkdtemp(join(tmpdir(), 'slipway-mirror-'))
  const objects = { ...createFolderObjectStore({ root }), ...given }
  const sent: MirrorHost['sent'] = []
  const clock = { nowMs: Date.now() }
  let said = ''
  const log = createLogger({ level: 'debug', destination: { write: (line: string) => (said += line) } as never })
  const app = createHubApp({
    // With the access of its role in AWS, which must be enough.
    table: guardedTable(table, tableAccess.hub),
    objects: guardedObjects(objects, objectAccess.hub),
    ingest: {
      send: async (request) => void sent.push(request),
      sendMany: async ({ messages }) => void sent.push(...messages.map((message) => ({ message }))),
    },
    verify: async (token) => {
      const found = callers[token ?? '']
      if (found === undefined) throw errors.invalidToken()
      return found
    },
    log,
    metrics: createMetrics(),
    mirror: settings,
    now: () => new Date(clock.nowMs),
  })
  return {
    async ask(path, { as, headers, ...init } = {}) {
      const authorization = as === undefined ? {} : { authorization: `Bearer hf_${as}` }
      return app.request(`http://mirror.test${path}`, { ...init, headers: { ...authorization, ...headers } })
    },
    sent,
    objects,
    clock,
    said: () => said,
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}

interface StartMirror {
  table: Table
  settings?: UpstreamSettings | undefined
  /** Overrides methods of the folder store. */
  objects?: Partial<ObjectStore>
}
