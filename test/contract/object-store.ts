import { copiesSuite } from './object-copies.ts'
import { listsSuite } from './object-lists.ts'
import { putsSuite } from './object-puts.ts'
import { readsSuite } from './object-reads.ts'
import type { StartStore } from './test-store.ts'
import { uploadsSuite } from './uploads.ts'

/** What every object store guarantees, whatever keeps its bytes. */
export function objectStoreSuite(name: string, start: StartStore, partBytes?: number): void {
  putsSuite(name, start)
  readsSuite(name, start)
  copiesSuite(name, start)
  listsSuite(name, start)
  uploadsSuite(name, start, partBytes)
}
