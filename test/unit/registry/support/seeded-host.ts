import { afterAll, beforeAll } from 'vitest'
import { type RepoHost, startRepoHost } from './repo-host.ts'

/** That of the file of tests that runs. */
export let host: RepoHost

/** For a file of tests: each of the organisations lab, team and club has a repo `seed`. */
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
