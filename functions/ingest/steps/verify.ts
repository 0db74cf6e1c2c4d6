import { createHash } from 'node:crypto'
import type { StepMessage } from '../../../shared/ingest/message.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { UploadMissing } from '../../../shared/objects/object-store.ts'
import { allImportParts, getImport, getImportFile, type ImportFileItem } from '../../../shared/table/imports.ts'
import type { IngestDependencies } from '../dependencies.ts'
import { faults, type ImportFault } from '../import-fault.ts'
import { finishFile, passOnWhenAllDone } from './finish-file.ts'
import { restartFile } from './restart-file.ts'
import { stagingKey } from './staged-upload.ts'

/** Joins the parts of a large file, hashes the whole, and only then moves it to its blob. */
export async function verify(
  { importId, path }: StepMessage<'verify'>,
  dependencies: IngestDependencies,
  signal: AbortSignal,
): Promise<void> {
  const { table, objects } = dependencies
  const item = await getImport(table, importId)
  const file = await getImportFile(table, importId, path)
  if (item?.state !== 'TRANSFERRING' || file === undefined) return
  if (file.state === 'done') return passOnWhenAllDone(importId, dependencies)

  // From before the file was restarted; its last part sends another.
  if (file.partsDone < file.partsTotal) return

  const key = stagingKey(importId, path)
  await joinParts({ importId, file, key }, dependencies)
  const { sha256, etag, fault } = await hashStaged({ key, file, signal }, dependencies)
  if (fault !== undefined) return restartFile({ item, file, fault }, dependencies)
  const blob = objectKeys.blob(sha256)
  if ((await objects.head({ key: blob })) === undefined) await objects.copy({ from: key, to: blob, ifMatch: etag })
  await finishFile({ item, file, sha256, bytesMoved: 0 }, dependencies)
  await objects.delete({ keys: [key] })
}

async function joinParts({ importId, file, key }: Staged, { table, objects }: IngestDependencies) {
  const parts = await Array.fromAsync(allImportParts(table, importId, file))
  if (parts.length !== file.partsTotal || file.uploadId === undefined)
    throw new Error(`"${file.path}" has ${parts.length} of ${file.partsTotal} parts`)
  try {
    await objects.uploads.complete({ key, uploadId: file.uploadId, parts })
  } catch (error) {
    // An earlier delivery of this message completed it.
    if (!(error instanceof UploadMissing) || (await objects.head({ key })) === undefined) throw error
  }
}

interface Staged {
  importId: string
  file: ImportFileItem
  key: string
}

async function hashStaged(
  { key, file, signal }: { key: string; file: ImportFileItem; signal: AbortSignal },
  { objects }: IngestDependencies,
): Promise<{ sha256: string; etag: string; fault?: ImportFault }> {
  const { body, sizeBytes, etag } = await objects.get({ key, signal })
  const sha256 = createHash('sha256')
  const gitSha1 = createHash('sha1').update(`blob ${sizeBytes}\0`)
  for await (const chunk of body) {
    sha256.update(chunk)
    if (file.sha256 === undefined) gitSha1.update(chunk)
    signal.throwIfAborted()
  }
  const found = sha256.digest('hex')
  if (file.sha256 !== undefined && file.sha256 !== found)
    return { sha256: found, etag, fault: faults.checksumMismatch(file.path, `sha256 ${file.sha256}`, found, 1) }
  if (file.sha256 === undefined && file.gitSha1 !== undefined) {
    const git = gitSha1.digest('hex')
    if (git !== file.gitSha1)
      return { sha256: found, etag, fault: faults.checksumMismatch(file.path, `git sha1 ${file.gitSha1}`, git, 1) }
  }
  return { sha256: found, etag }
}
