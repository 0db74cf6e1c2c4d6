import { afterAll, beforeAll, beforeEach } from 'vitest'
import { type RepoHost, startRepoHost } from './repo-host.ts'

/** Starts a host for the tests of a file, and gives each test its own repo. */
export function freshRepos(name: string, begin: (fresh: FreshRepo) => Promise<void>): void {
  let host: RepoHost
  let runs = 0
  beforeAll(async () => {
    host = await startRepoHost()
    await host.make('lab/seed')
  })
  afterAll(() => host.close())
  beforeEach(async () => {
    const repo = `lab/${name}-${++runs}`
    await host.make(repo, {}, 'ada')
    await begin({ host, repo })
  })
}

interface FreshRepo {
  host: RepoHost
  repo: string
}
