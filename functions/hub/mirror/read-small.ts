import { createHash } from 'node:crypto'
import { rememberSmallFile } from '../../../shared/mirror/streamed-files.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import type { ObjectStore } from '../../../shared/objects/object-store.ts'
import type { Table } from '../../../shared/table/table.ts'
import { gitBlobSha1 } from '../lfs-pointer.ts'
import { mirrorErrors } from './mirror-errors.ts'
import type { MirroredFile } from './snapshot.ts'
import type { Upstream } from './upstream.ts'

/** Reads a small file whole and verifies it; stores it where this process may. */
export async function readSmall(
  { repo, commit, file }: { repo: string; commit: string; file: MirroredFile },
  { table, objects, upstream, mayStore, now }: ReadSmall,
): Promise<Uint8Array<ArrayBuffer>> {
  const { sizeBytes, gitSha1 } = file
  const body = await upstream.open({ repo, commit, file, start: 0, end: sizeBytes - 1 })
  const content = new Uint8Array(sizeBytes)
  let filled = 0
  for await (const chunk of body) {
    content.set(chunk, filled)
    filled += chunk.byteLength
  }
  const sha256 = createHash('sha256').update(content).digest('hex')
  const isRight = file.sha256 === undefined ? gitBlobSha1(content) === gitSha1 : sha256 === file.sha256
  if (!isRight) throw mirrorErrors.unreachable(upstream.host, 5, new Error(`"${file.path}" differs from the listing`))
  if (mayStore) {
    await objects.put({ key: objectKeys.blob(sha256), body: content, sizeBytes, sha256, ifAbsent: true })
    if (gitSha1 !== undefined) await rememberSmallFile(table, { repo, gitSha1, sha256, now: now() })
  }
  return content
}

interface ReadSmall {
  table: Table
  objects: ObjectStore
  upstream: Upstream
  /** Whether this process may write blobs. */
  mayStore: boolean
  now: () => Date
}
