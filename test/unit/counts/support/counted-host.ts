import { createHash } from 'node:crypto'
import { createAuthApp } from '../../../../functions/auth/app.ts'
import { createHubApp } from '../../../../functions/hub/app.ts'
import { createRegistryApp } from '../../../../functions/registry/app.ts'
import { dispatch } from '../../../../infra/local/dispatch.ts'
import { createVerifier } from '../../../../shared/auth/verify.ts'
import type { IngestMessage } from '../../../../shared/ingest/message.ts'
import { createLogger } from '../../../../shared/log.ts'
import { createMetrics } from '../../../../shared/metrics.ts'
import { tableAccess } from '../../../../shared/table/access.ts'
import { defaultQuotas, type Quotas } from '../../../../shared/table/quotas.ts'
import type { Table } from '../../../../shared/table/table.ts'
import { startLab } from '../../../faults/support/lab.ts'
import { guardedTable } from '../../../support/guarded-table.ts'

export interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any
}

interface Asked {
  method?: string
  json?: unknown
  token?: string | undefined
  headers?: Record<string, string>
  address?: string
}

export const adminToken = `hf_${'0123456789abcdef'.repeat(4)}`
export const password = 'correct horse battery'

export type CountedHost = Awaited<ReturnType<typeof startCountedHost>>

/** Registry, auth and hub on one host over a real table, each with the access of its role, and a clock. */
export async function startCountedHost({ quotas = {} }: { quotas?: Partial<Quotas> } = {}) {
  const lab = await startLab()
  const { objects } = await lab.newStore()
  const clock = { ms: Date.parse('2026-11-20T12:00:00.000Z') }
  const now = () => new Date(clock.ms)
  const sent: IngestMessage[] = []
  const ingest = {
    send: async ({ message }: { message: IngestMessage }) => void sent.push(message),
    sendMany: async () => {},
  }
  const adminKeySha256 = createHash('sha256').update(adminToken).digest('hex')

  /** Another process, over a table that a test can wrap with faults. */
  function connect(spoil: (table: Table) => Table = (table) => table) {
    const of = (deployable: 'registry' | 'auth' | 'hub') => {
      const table = guardedTable(spoil(lab.table), tableAccess[deployable])
      const log = createLogger({ level: 'silent' })
      return {
        table,
        now,
        log,
        metrics: createMetrics(),
        verify: createVerifier({ table, now, adminKeySha256 }),
        quotas: { ...defaultQuotas, ...quotas },
      }
    }
    const registry = createRegistryApp({ ...of('registry'), ingest, version: '0' })
    const auth = createAuthApp({ ...of('auth'), registration: 'open' })
    const hub = createHubApp({ ...of('hub'), objects, ingest })
    const nothing = { fetch: () => new Response(null, { status: 404 }) }
    const answer = dispatch({ registry, auth, hub, maintenance: nothing, serving: nothing })
    return async function ask(path: string, { method, json, token, headers, address }: Asked = {}): Promise<Answer> {
      const request = new Request(`http://slipway.test${path}`, {
        method: method ?? (json === undefined ? 'GET' : 'POST'),
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(json !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(json !== undefined && { body: typeof json === 'string' ? json : JSON.stringify(json) }),
      })
      const response = await answer(request, { incoming: { socket: { remoteAddress: address ?? '192.0.2.7' } } })
      const text = await response.text()
      const isJson = /^application\/(?:\S+\+)?json/.test(response.headers.get('content-type') ?? '')
      return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
    }
  }
  const ask = connect()

  return {
    table: lab.table,
    scan: lab.scan,
    close: () => lab.close(),
    clock,
    now,
    sent,
    connect,
    ask,
    asAdmin: (path: string, asked: Asked = {}) => ask(path, { token: adminToken, ...asked }),
    /** A registered user with a session. */
    async person(username: string): Promise<{ username: string; id: string; token: string; refreshToken: string }> {
      const email = `${username}@example.com`
      const made = await ask('/api/v1/auth/register', { json: { username, email, password } })
      if (made.status !== 201) throw new Error(`no account: ${JSON.stringify(made.body)}`)
      const { body } = await ask('/api/v1/auth/login', { json: { login: username, password } })
      return { username, id: made.body.id, token: body.accessToken, refreshToken: body.refreshToken }
    },
    events: async (): Promise<Record<string, unknown>[]> =>
      (await lab.scan())
        .filter(({ pk }) => String(pk).startsWith('AUDIT#'))
        .sort((one, other) => (String(one.id) < String(other.id) ? -1 : 1)),
  }
}
