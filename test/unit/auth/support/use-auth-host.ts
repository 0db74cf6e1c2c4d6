import { afterAll, beforeAll } from 'vitest'
import { type AuthHost, startAuthHost } from './auth-host.ts'

/** That of the file of tests that runs. */
export let host: AuthHost

/** One host for a file of tests, where everybody may register unless it is said otherwise. */
export function useAuthHost(settings: Parameters<typeof startAuthHost>[0] = { registration: 'open' }): void {
  beforeAll(async () => {
    host = await startAuthHost(settings)
  })
  afterAll(() => host.close())
}

let newcomers = 0
/** Somebody whom no other test knows, with a session. */
export const newcomer = () => host.person(`person${newcomers++}`)
export const me = (token: string) => host.ask('/api/v1/me', { token })
