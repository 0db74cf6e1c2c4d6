import type { z } from 'zod'
import type { apiKey, createdKey, createKey } from '../contract/key.ts'
import { type Page, type PageRequest, queryOf, type Send } from './request.ts'

export type ApiKey = z.infer<typeof apiKey>

/** The caller's own keys. */
export const keyClient = (send: Send) => ({
  listKeys: async (request: PageRequest = {}) =>
    (await send<Page<ApiKey>>('GET', `/api/v1/keys${queryOf(request)}`)).answer,
  createKey: async (wanted: z.input<typeof createKey>) =>
    (await send<z.infer<typeof createdKey>>('POST', '/api/v1/keys', wanted)).answer,
  revokeKey: async (id: string) => {
    await send('DELETE', `/api/v1/keys/${encodeURIComponent(id)}`)
  },
})
