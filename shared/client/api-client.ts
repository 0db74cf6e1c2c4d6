import type { z } from 'zod'
import type { AuditEvent } from '../contract/audit.ts'
import type { me } from '../contract/auth.ts'
import type { createImport, ImportJob } from '../contract/import.ts'
import type { OwnerUsage } from '../contract/usage.ts'
import { accountClient } from './account-client.ts'
import { connectionError, toApiError } from './api-error.ts'
import { deploymentClient } from './deployment-client.ts'
import { keyClient } from './key-client.ts'
import { maintenanceClient } from './maintenance-client.ts'
import { repoClient } from './repo-client.ts'
import { type Page, type PageRequest, queryOf, type Send } from './request.ts'

export type { Page, PageRequest } from './request.ts'

interface AuditRequest extends PageRequest, Partial<Record<AuditFilter, string | undefined>> {}
type AuditFilter = 'owner' | 'actor' | 'action' | 'after' | 'before'

interface ApiClientOptions {
  url: string
  token?: string | undefined
  fetch?: typeof fetch
  signal?: AbortSignal
}

const requestTimeoutMs = 120_000

/** The platform API as functions: each resolves to the answer or rejects with an `ApiError`. */
export function createApiClient({ url, token, fetch = globalThis.fetch, signal }: ApiClientOptions) {
  const base = url.replace(/\/+$/, '')

  const send: Send = async <Answer>(method: string, path: string, body?: unknown, more?: Record<string, string>) => {
    const isBytes = body instanceof Uint8Array
    const timeout = AbortSignal.timeout(requestTimeoutMs)
    const request: RequestInit = {
      method,
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      headers: {
        accept: 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': isBytes ? 'application/octet-stream' : 'application/json' }),
        ...more,
      },
      ...(body !== undefined && { body: isBytes ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
    }
    const address = addressOf(base, path)
    const received = async <Part>(part: Promise<Part>): Promise<Part> => {
      try {
        return await part
      } catch (error) {
        throw connectionError({ base, address, cause: error })
      }
    }
    const response = await received(fetch(address, request))
    if (!response.ok) throw await toApiError(response)
    const { status, headers } = response
    const answer = (status === 204 ? undefined : JSON.parse(await received(response.text()))) as Answer
    return { answer, status, headers }
  }
  const get = async <Answer>(path: string) => (await send<Answer>('GET', path)).answer

  return {
    url: base,
    me: () => get<z.infer<typeof me>>('/api/v1/me'),
    health: () => get<{ status: string }>('/health'),
    ...repoClient(send),
    ...deploymentClient(send),
    ...keyClient(send),
    ...accountClient(send),
    ...maintenanceClient(send),
    createImport: async (wanted: z.input<typeof createImport>) =>
      (await send<ImportJob>('POST', '/api/v1/imports', wanted)).answer,
    getImport: (id: string) => get<ImportJob>(`/api/v1/imports/${encodeURIComponent(id)}`),
    listImports: (request?: PageRequest) => get<Page<ImportJob>>(`/api/v1/imports${queryOf(request ?? {})}`),
    getUsage: (request: PageRequest & { owner?: string | undefined } = {}) =>
      get<Page<OwnerUsage>>(`/api/v1/usage${queryOf(request)}`),
    listAudit: (request: AuditRequest) => get<Page<AuditEvent>>(`/api/v1/audit${queryOf(request)}`),
    /** Calls a deployment at its own address, which in AWS is another host than the registry's. */
    predict: ({ url }: { url: string }, body: unknown) => send<unknown>('POST', url, body),
  }
}

/** Resolves a path of this server, or a full address it named; the latter must not downgrade https to http. */
function addressOf(base: string, path: string): string {
  if (path.startsWith('/')) return base + path
  if (base.startsWith('https:') && !path.startsWith('https:'))
    throw new Error('the server refers to an address without https, so the key is not sent there')
  return path
}

export type ApiClient = ReturnType<typeof createApiClient>
