import { afterAll, beforeAll } from 'vitest'
import { type CountedHost, startCountedHost } from './counted-host.ts'

/** That of the file of tests that runs. */
export let host: CountedHost

/** One host for a file of tests. */
export function useCountedHost(): void {
  beforeAll(async () => {
    host = await startCountedHost()
  })
  afterAll(() => host.close())
}
