import { beforeAll } from 'vitest'
import type { Person } from './auth-host.ts'
import { host, useAuthHost } from './use-auth-host.ts'

export let ada: Person

/** For a file of tests: a host with the user ada. */
export function useAda(): void {
  useAuthHost()
  beforeAll(async () => {
    ada = await host.person('ada')
  })
}

/** Creates a key of ada with the read scope. */
export const newKey = async () =>
  (await host.ask('/api/v1/keys', { token: ada.accessToken, json: { name: 'k', scopes: ['read'] } })).body
