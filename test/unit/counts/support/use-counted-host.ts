import { afterAll, beforeAll } from 'vitest'
import { type CountedHost, startCountedHost } from './counted-host.ts'

/** The host of the running file of tests. */
export let host: CountedHost

/** One host for a file of tests. */
export function useCountedHost(): void {
  beforeAll(async () => {
    host = await startCountedHost()
  })
  afterAll(() => host.close())
}
