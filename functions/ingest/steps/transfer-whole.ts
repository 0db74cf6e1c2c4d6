import { createHash } from 'node:crypto'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { ChecksumMismatch } from '../../../shared/objects/object-store.ts'
import type { ImportFileItem } from '../../../shared/table/imports.ts'
import type { IngestDependencies } from '../dependencies.ts'
import { faults } from '../import-fault.ts'
import { finishFile } from './finish-file.ts'
import { openRange, type Work } from './open-range.ts'

/** Transfers a small file directly to its blob, verified on the way. */
export async function transferWhole({ item, file, signal }: Work, dependencies: IngestDependencies) {
  const { path, sizeBytes, sha256 } = file
  const body = await openRange({ item, file, start: 0, end: sizeBytes - 1, signal }, dependencies)
  if (sha256 === undefined) {
    const content = await collect(body, sizeBytes)
    const found = createHash('sha256').update(content).digest('hex')
    checkGitSha1(file, createHash('sha1').update(`blob ${sizeBytes}\0`).update(content).digest('hex'))
    await dependencies.objects.put({
      key: objectKeys.blob(found),
      body: content,
      sizeBytes,
      sha256: found,
      ifAbsent: true,
    })
    return void (await finishFile({ item, file, sha256: found, bytesMoved: sizeBytes }, dependencies))
  }
  try {
    await dependencies.objects.put({ key: objectKeys.blob(sha256), body, sizeBytes, sha256, ifAbsent: true })
  } catch (error) {
    if (error instanceof ChecksumMismatch) throw faults.checksumMismatch(path, `sha256 ${sha256}`, error.message)
    throw error
  }
  await finishFile({ item, file, sha256, bytesMoved: sizeBytes }, dependencies)
}

async function collect(body: AsyncIterable<Uint8Array>, sizeBytes: number): Promise<Uint8Array> {
  const content = Buffer.allocUnsafe(sizeBytes)
  let filled = 0
  for await (const chunk of body) {
    content.set(chunk, filled)
    filled += chunk.byteLength
  }
  return content.subarray(0, filled)
}

function checkGitSha1({ path, gitSha1 }: ImportFileItem, found: string) {
  if (gitSha1 !== undefined && gitSha1 !== found) throw faults.checksumMismatch(path, `git sha1 ${gitSha1}`, found)
}
