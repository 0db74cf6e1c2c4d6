import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { createFolderObjectStore } from '../../shared/objects/folder-object-store.ts'
import type { ObjectStore } from '../../shared/objects/object-store.ts'
import { bytes } from './test-store.ts'

/** Those of the current test. */
export let root: string
export let objects: ObjectStore

export async function startFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-objects-'))
  const close = () => rm(folder, { recursive: true, force: true })
  return { root: folder, objects: createFolderObjectStore({ root: folder }), close }
}

/** A new folder for each test of a file. */
export function useFolder(): void {
  let close: () => Promise<void>
  beforeEach(async () => {
    ;({ root, objects, close } = await startFolder())
  })
  afterEach(() => close())
}

export const put = (key: string, text: string) => objects.put({ key, body: bytes(text), sizeBytes: text.length })

export const filesUnder = async (folder: string) =>
  (await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => []))
    .filter((entry) => !entry.isDirectory())
    .map((entry) => entry.name)
