import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach } from 'vitest'
import { objectKeys } from '../../shared/objects/keys.ts'
import type { ObjectStore } from '../../shared/objects/object-store.ts'

interface TestStore {
  objects: ObjectStore
  close(): Promise<void>
}
export type StartStore = () => Promise<TestStore>

/** A new store for each test of a suite. */
export function freshStore(start: StartStore) {
  let store: TestStore
  beforeEach(async () => {
    store = await start()
  })
  afterEach(() => store.close())
  return {
    get objects() {
      return store.objects
    },
    put: (key: string, text: string) =>
      store.objects.put({ key, body: bytes(text), sizeBytes: Buffer.byteLength(text) }),
  }
}

export const bytes = (text: string): Uint8Array => Buffer.from(text)
export const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')
export const contentOf = async (objects: ObjectStore, key: string): Promise<string> =>
  (await buffer((await objects.get({ key })).body)).toString()
export const keysBelow = async (objects: ObjectStore, prefix: string): Promise<string[]> =>
  (await objects.list({ prefix })).objects.map(({ key }) => key)

export async function* inChunks(...chunks: string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield bytes(chunk)
}
export async function* breakingAfter(text: string): AsyncGenerator<Uint8Array> {
  yield bytes(text)
  throw new Error('the source went away')
}

export const manifest = (name: string) => objectKeys.manifest('acme/model', name)
