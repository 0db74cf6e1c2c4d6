import { afterAll, beforeAll } from 'vitest'
import { type RepoHost, startRepoHost } from './repo-host.ts'

/** The host of the running file of tests. */
export let host: RepoHost

/** For a file of tests: a host on which the organisations lab, team and club each have a repo `seed`. */
export function useSeededHost(): void {
  beforeAll(async () => {
    host = await startRepoHost()
    for (const owner of ['lab', 'team', 'club']) await host.make(`${owner}/seed`)
  })
  afterAll(() => host.close())
}

export const rename = (from: string, to: string, as = 'ada') =>
  host.ask('POST', `/${from}/rename`, { as, json: { to } })
export const remove = (name: string, as = 'ada') => host.ask('DELETE', `/${name}`, { as })
