import { createHash } from 'node:crypto'
import type { Principal } from '../../../shared/auth/principal.ts'
import { AppError, errors } from '../../../shared/errors.ts'
import { inParallel } from '../../../shared/in-parallel.ts'
import type { RevisionFile } from '../../../shared/model/revision-id.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { holdBlobs } from '../../../shared/table/held-blobs.ts'
import type { RepoItem } from '../../../shared/table/repo-item.ts'
import { getUpload, uploadIdOf } from '../../../shared/table/uploads.ts'
import { uploadMissing } from '../../../shared/uploads/prove-upload.ts'
import { gitBlobSha1 } from '../lfs-pointer.ts'
import type { HubParts } from '../parts.ts'
import { mayName } from '../uploads/lfs-batch.ts'
import { settleUpload } from '../uploads/settle-upload.ts'
import type { FileChange } from './apply-operations.ts'
import type { CommitOperation } from './commit-operations.ts'
import { refusalOf } from './upload-modes.ts'

/** Each file costs two reads of the table and a look into the bucket; thousands have to be through within 30 s. */
const concurrency = 32

interface CommitContext {
  repo: RepoItem
  principal: Principal
  /** The files of the branch when the commit was requested. */
  before: readonly RevisionFile[]
}

/**
 * Turns a commit's operations into changes of a file list: each content becomes a verified blob, counted for the repo's
 * owner. @throws AppError for pickles, missing uploads and quotas
 */
export async function storeFiles(
  operations: readonly CommitOperation[],
  context: CommitContext,
  parts: HubParts,
): Promise<FileChange[]> {
  const { kind } = context.repo
  const refused = operations.flatMap((operation) => (isPut(operation) ? (refusalOf(operation.path, kind) ?? []) : []))
  if (refused.length > 0) throw errors.invalidRequest(refused.slice(0, 10).join('\n'), 'path')
  const deadline = new Date(parts.now().getTime() + parts.uploads.waitMs)
  const held = new Map(context.before.map((file) => [file.sha256, file]))
  const changes = await inParallel(operations, concurrency, async (operation): Promise<FileChange> => {
    if (operation.kind === 'file') return { kind: 'put', file: await storeSmall(operation, parts) }
    if (operation.kind !== 'lfsFile') return operation
    return { kind: 'put', file: await largeFile({ operation, held, deadline, ...context }, parts) }
  })
  await hold(changes, context, parts)
  return changes
}

const isPut = ({ kind }: CommitOperation): boolean => kind === 'file' || kind === 'lfsFile'

async function storeSmall({ path, content }: Extract<CommitOperation, { kind: 'file' }>, { objects }: HubParts) {
  const sha256 = createHash('sha256').update(content).digest('hex')
  const sizeBytes = content.byteLength
  await objects.put({ key: objectKeys.blob(sha256), body: content, sizeBytes, sha256, ifAbsent: true })
  return { path, sizeBytes, sha256, gitSha1: gitBlobSha1(content) }
}

interface LargeInput extends CommitContext {
  operation: Extract<CommitOperation, { kind: 'lfsFile' }>
  held: ReadonlyMap<string, RevisionFile>
  deadline: Date
}

/**
 * Refers to content that this repo or its owner holds, or that an upload to this repo proved; lost content has to be
 * uploaded again.
 */
async function largeFile({ operation, held, deadline, repo, principal }: LargeInput, parts: HubParts) {
  const { path, oid, sizeBytes } = operation
  const { table, objects, now } = parts
  const isHeld = held.has(oid) || (await mayName({ oid, repo, principal }, table))
  const stored = () => objects.head({ key: objectKeys.blob(oid) })
  let blob = isHeld ? await stored() : undefined
  if (blob === undefined) {
    const upload = await getUpload(table, uploadIdOf({ repoId: repo.id, oid }), now())
    if (upload === undefined) throw uploadMissing(oid, path)
    await settleUpload({ upload, deadline }, parts).catch((error) => {
      throw error instanceof AppError && error.code === 'upload_missing' ? uploadMissing(oid, path) : error
    })
    blob = await stored()
  }
  if (blob === undefined) throw uploadMissing(oid, path)
  if (sizeBytes !== undefined && sizeBytes !== blob.sizeBytes)
    throw errors.invalidRequest(`"${path}" has ${blob.sizeBytes} bytes, not ${sizeBytes}.`, 'size')
  return { path, sizeBytes: blob.sizeBytes, sha256: oid }
}

async function hold(changes: readonly FileChange[], { repo }: CommitContext, { table, limits, now }: HubParts) {
  const blobs = changes.flatMap((change) => (change.kind === 'put' ? [change.file] : []))
  const { owner } = repo
  await holdBlobs(table, { owner, blobs, storedBytesMax: limits.storedBytesMax, now: now() })
}
