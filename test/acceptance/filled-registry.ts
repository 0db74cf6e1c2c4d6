import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, expect } from 'vitest'
import { eventually } from '../support/eventually.ts'
import type { Known } from '../support/every-answer.ts'
import { type Api, createApi } from '../support/http.ts'
import { type Hub, startHub } from '../support/hub/start-hub.ts'
import { type LocalHost, startLocalHost } from '../support/local-host.ts'
import type { Person } from '../support/people.ts'
import { runSlipway } from '../support/run-slipway.ts'
import { fillRegistry } from './fill-registry.ts'

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/models/${name}`, import.meta.url))

let hub: Hub
/** The server, an admin and a user of it, and what it contains. */
export let host: LocalHost
export let api: Api
export let person: Person
export let known: Known

/** For a file of tests: a registry that contains one of everything. */
export function useFilledRegistry(): void {
  beforeAll(async () => {
    hub = await startHub({
      repos: {
        'acme/tiny-embedder': fixture('slipway-tests/tiny-embedder'),
        'acme/digits': fixture('sklearn/digits-mlp'),
      },
    })
    host = await startLocalHost({ environment: { HF_ENDPOINT: hub.url }, parameters: ['--no-sample'] })
    api = createApi({ url: host.url, key: host.key })
    ;({ person, known } = await fillRegistry({ host, api }))
    await settled()
  })
  afterAll(async () => {
    await host.close()
    await hub.close()
  })
}

/** Runs the command as the admin. */
export const run = (...parameters: string[]) =>
  runSlipway(parameters, { environment: { SLIPWAY_URL: host.url, SLIPWAY_API_KEY: host.key } })

/** Stops the server and starts it again with the remaining data. */
export async function restart({ withoutTable = false } = {}) {
  expect(await host.stop()).toBe(0)
  if (withoutTable)
    for (const file of await readdir(host.dataDir))
      if (file.startsWith('dynamodb.sqlite')) await rm(join(host.dataDir, file))
  host = await startLocalHost({
    dataDir: host.dataDir,
    environment: { HF_ENDPOINT: hub.url },
    parameters: ['--no-sample'],
  })
  api = createApi({ url: host.url, key: host.key })
  person = { ...person, api: createApi({ url: host.url, key: person.key }) }
}

/** Waits until no work is left: imports have ended, cards are read, manifests are written. */
export async function settled() {
  await eventually(
    () => api.get('/api/v1/imports?limit=100'),
    ({ body }) => body.items.every(({ state }: { state: string }) => state === 'READY' || state === 'FAILED'),
  )
  let before: unknown
  await eventually(
    async () => {
      const answers = await Promise.all(known.models.map((repo) => api.get(`/api/models/${repo}`)))
      const now = answers.map(({ status, body }) => (status === 200 ? body : status))
      const isSame = isDeepStrictEqual(now, before) && JSON.stringify(now).includes('license:mit')
      before = now
      await new Promise((resolve) => setTimeout(resolve, 700))
      return isSame
    },
    (isSame) => isSame,
  )
}
