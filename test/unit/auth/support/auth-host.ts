import { createAuthApp } from '../../../../functions/auth/app.ts'
import type { Registration } from '../../../../functions/auth/parts.ts'
import { createVerifier } from '../../../../shared/auth/verify.ts'
import { createLogger } from '../../../../shared/log.ts'
import { createMetrics } from '../../../../shared/metrics.ts'
import { tableAccess } from '../../../../shared/table/access.ts'
import { startTable } from '../../../support/dynoxide.ts'
import { guardedTable } from '../../../support/guarded-table.ts'

interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any
}

export interface Person {
  username: string
  id: string
  accessToken: string
  refreshToken: string
}

export type AuthHost = Awaited<ReturnType<typeof startAuthHost>>

interface Settings {
  registration?: Registration
  hasAdminKey?: boolean
  adminKeySha256?: string
}

export const password = 'correct horse battery'

/** The auth app over a real table with the access of its role, and a clock that tests can move. */
export async function startAuthHost(settings: Settings = {}) {
  const database = await startTable()
  const clock = { ms: Date.parse('2026-11-20T12:00:00.000Z') }
  const now = () => new Date(clock.ms)
  const lines: string[] = []
  const log = createLogger({ level: 'debug', destination: { write: (line: string) => void lines.push(line) } })
  const table = guardedTable(database.table, tableAccess.auth)
  const connect = ({ registration, hasAdminKey, adminKeySha256 }: Settings) =>
    createAuthApp({
      table,
      now,
      log,
      metrics: createMetrics(),
      verify: createVerifier({ table, now, adminKeySha256 }),
      ...(registration && { registration }),
      ...(hasAdminKey !== undefined && { hasAdminKey }),
    })
  const app = connect(settings)

  async function ask(path: string, { method, json, token, address }: Asked = {}): Promise<Answer> {
    const headers = {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(json !== undefined && { 'content-type': 'application/json' }),
    }
    const init = {
      method: method ?? (json === undefined ? 'GET' : 'POST'),
      headers,
      ...(json !== undefined && { body: JSON.stringify(json) }),
    }
    const response = await app.request(path, init, { incoming: { socket: { remoteAddress: address ?? '192.0.2.1' } } })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
  }
  const register = (username: string, more: object = {}, token?: string) =>
    ask('/api/v1/auth/register', {
      json: { username, email: `${username}@example.com`, password, ...more },
      ...(token !== undefined && { token }),
    })
  const login = (login: string, given = password, address?: string) =>
    ask('/api/v1/auth/login', { json: { login, password: given }, ...(address !== undefined && { address }) })

  return {
    table: database.table,
    scan: database.scan,
    close: database.close,
    clock,
    now,
    lines,
    app,
    connect,
    ask,
    register,
    login,
    /** A registered user with a session. */
    async person(username: string, token?: string): Promise<Person> {
      const made = await register(username, {}, token)
      if (made.status !== 201) throw new Error(`no account: ${JSON.stringify(made.body)}`)
      const { body } = await login(username)
      return { username, id: made.body.id, accessToken: body.accessToken, refreshToken: body.refreshToken }
    },
  }
}

/** The error codes of refused answers and the statuses of others, sorted. */
export const codes = (answers: { status: number; body: { error?: { code: string } } }[]) =>
  answers.map(({ status, body }) => body?.error?.code ?? status).toSorted()

interface Asked {
  method?: string
  json?: unknown
  token?: string
  address?: string
}
