import { afterAll, beforeAll } from 'vitest'
import { type AuthHost, startAuthHost } from './auth-host.ts'

/** The host of the running file of tests. */
export let host: AuthHost

/** One host for a file of tests, with open registration by default. */
export function useAuthHost(settings: Parameters<typeof startAuthHost>[0] = { registration: 'open' }): void {
  beforeAll(async () => {
    host = await startAuthHost(settings)
  })
  afterAll(() => host.close())
}

let newcomers = 0
/** A new user with a session. */
export const newcomer = () => host.person(`person${newcomers++}`)
export const me = (token: string) => host.ask('/api/v1/me', { token })
