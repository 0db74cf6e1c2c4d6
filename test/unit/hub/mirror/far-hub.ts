import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import type { ObjectStore } from '../../../../shared/objects/object-store.ts'
import { startTable, type TestTable } from '../../../support/dynoxide.ts'
import type { HubFile } from '../../../support/hub/files.ts'
import { type Hub, type HubOptions, startHub } from '../../../support/hub/start-hub.ts'
import { type MirrorHost, startMirror } from './support.ts'

export const repo = 'far/model'
export const token = 'hf_secret_of_the_server'
export const weights: HubFile = { path: 'weights/model.safetensors', sizeBytes: 9_000_001, seed: 7 }
export const small: HubFile = { path: 'sub folder/näme.txt', content: 'ö, in two bytes\n' }
export const files: HubFile[] = [
  { path: 'config.json', content: '{"model_type": "bert"}' },
  { path: 'empty.txt', content: '' },
  { path: 'pytorch_model.bin', content: 'pickled' },
  small,
  weights,
]

/** The upstream Hub, its mirror and the table of the running test. */
export let hub: Hub
export let host: MirrorHost
export let held: TestTable
let cleanups: (() => PromiseLike<void>)[] = []

/** For a file of tests: each test begins with an empty table. */
export function useFarHub(): void {
  beforeAll(async () => {
    held = await startTable()
  })
  afterAll(() => held.close())
  beforeEach(() => {
    cleanups = []
  })
  afterEach(async () => {
    for (const cleanup of cleanups) await cleanup()
    const all = (await held.scan()) as { pk: string; sk: string }[]
    await held.table.deleteMany(all.map(({ pk, sk }) => ({ pk, sk })))
  })
}

export async function start(
  options: HubOptions = {},
  { token: sentToken, ...rest }: { token?: string; objects?: Partial<ObjectStore> } = {},
): Promise<void> {
  hub = await startHub({ repos: { [repo]: { files, tags: ['v1'] } }, ...options })
  const settings = { endpoint: hub.url, token: sentToken }
  host = await startMirror({ table: held.table, settings, ...rest })
  cleanups.push(
    () => hub.close(),
    () => host[Symbol.asyncDispose](),
  )
}

export const resolve = (path: string, ref = 'main') =>
  `/${repo}/resolve/${encodeURIComponent(ref)}/${path.split('/').map(encodeURIComponent).join('/')}`
export const info = `/api/models/${repo}`
export const bytes = async (answer: Response) => Buffer.from(await answer.arrayBuffer())
export const code = (answer: Response) => answer.headers.get('x-error-code')
