import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { type Lab, type Store, startLab } from './lab.ts'

interface FreshStore {
  lab: Lab
  store: Store
  repo: string
}

interface FreshStoresOptions {
  /** The prefix of the repo names. */
  name: string
  begin: (fresh: FreshStore) => void
  /** Runs after each test. */
  end?: () => unknown
}

/** Starts a database for the tests of a file, with a new store and repo for each. */
export function freshStores({ name, begin, end = () => {} }: FreshStoresOptions): void {
  let lab: Lab
  let runs = 0
  beforeAll(async () => {
    lab = await startLab()
  })
  afterAll(() => lab.close())
  beforeEach(async () => begin({ lab, store: await lab.newStore(), repo: `acme/${name}-${++runs}` }))
  afterEach(async () => {
    await end()
  })
}
