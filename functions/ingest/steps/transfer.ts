import { createHash } from 'node:crypto'
import type { StepMessage } from '../../../shared/ingest/message.ts'
import { rangeOf, rangeSize } from '../../../shared/model/ranges.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { ChecksumMismatch } from '../../../shared/objects/object-store.ts'
import { conditionHeld } from '../../../shared/table/condition-held.ts'
import {
  getImport,
  getImportFile,
  type ImportFileItem,
  type ImportItem,
  workItemExpiry,
} from '../../../shared/table/imports.ts'
import { keys } from '../../../shared/table/keys.ts'
import { absent } from '../../../shared/table/table.ts'
import type { IngestDependencies } from '../dependencies.ts'
import { faults } from '../import-fault.ts'
import { countProgress } from './count-progress.ts'
import { finishFile, passOnWhenAllDone } from './finish-file.ts'
import { judgeStreamed } from './mirrored-files.ts'
import { ensureUpload, stagingKey } from './staged-upload.ts'

/** The delay before looking again at a file that a mirror is storing. */
const streamedDelaySeconds = 3

/** Transfers one range of a file: a small file directly to its blob, a part of a large one into its staged upload. */
export async function transfer(
  message: StepMessage<'transfer'>,
  dependencies: IngestDependencies,
  signal: AbortSignal,
): Promise<void> {
  const { table, queue } = dependencies
  const { importId, path, partNumber } = message
  const item = await getImport(table, importId)
  const file = await getImportFile(table, importId, path)
  if (item?.state !== 'TRANSFERRING' || file === undefined) return
  if (file.state === 'done') return passOnWhenAllDone(importId, dependencies)
  const streamed = await judgeStreamed({ item, file }, dependencies)
  if (streamed === 'streamed') return queue.send({ message, delaySeconds: streamedDelaySeconds })
  if (streamed === 'stored' && file.sha256 !== undefined) {
    const stored = { item, file, sha256: file.sha256, bytesMoved: file.sizeBytes }
    // Other parts may have arrived and been counted; then this one is transferred, too.
    if (!(await finishFile(stored, dependencies))) await queue.send({ message })
    return
  }
  dependencies.metrics.activeDownloads.inc()
  // The writer may reject before reading anything, and the source's connection stays open until it is aborted.
  const over = new AbortController()
  const work = { item, file, signal: AbortSignal.any([signal, over.signal]) }
  try {
    if (file.way === 'direct') await transferWhole(work, dependencies)
    else await transferPart({ ...work, partNumber }, dependencies)
  } finally {
    over.abort()
    dependencies.metrics.activeDownloads.dec()
  }
}

interface Work {
  item: ImportItem
  file: ImportFileItem
  signal: AbortSignal
}

async function transferWhole({ item, file, signal }: Work, dependencies: IngestDependencies) {
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

async function transferPart(
  { item, file, partNumber, signal }: Work & { partNumber: number },
  dependencies: IngestDependencies,
) {
  const { table, objects, queue } = dependencies
  const { path, sizeBytes, partSizeBytes } = file
  const uploadId = await ensureUpload({ importId: item.id, file }, dependencies)
  if ((await table.get(keys.importPart(item.id, uploadId, partNumber))) === undefined) {
    const range = rangeOf({ partNumber, sizeBytes, partSizeBytes })
    const body = await openRange({ item, file, ...range, signal }, dependencies)
    const part = { key: stagingKey(item.id, path), uploadId, partNumber, sizeBytes: rangeSize(range), body }
    const { etag } = await objects.uploads.putPart(part)
    await recordPart({ item, path, uploadId, partNumber, etag, sizeBytes: part.sizeBytes }, dependencies)
  }
  const now = await getImportFile(table, item.id, path)
  if (now !== undefined && now.partsDone === now.partsTotal)
    await queue.send({ message: { step: 'verify', importId: item.id, path, attempt: 1 } })
}

async function recordPart(part: RecordedPart, { table, now }: IngestDependencies) {
  const { item, path, uploadId, partNumber, etag, sizeBytes } = part
  const expiresAt = workItemExpiry(now())
  await conditionHeld(() =>
    table.transact([
      { put: { ...keys.importPart(item.id, uploadId, partNumber), partNumber, etag, expiresAt }, condition: absent },
      {
        update: keys.importFile(item.id, path),
        change: {
          expression: 'ADD partsDone :one',
          condition: '#state = :pending AND uploadId = :upload',
          names: { '#state': 'state' },
          values: { ':one': 1, ':pending': 'pending', ':upload': uploadId },
        },
      },
      countProgress({ item, bytes: sizeBytes, now: now() }),
    ]),
  )
}

interface RecordedPart {
  item: ImportItem
  path: string
  uploadId: string
  partNumber: number
  etag: string
  sizeBytes: number
}

async function openRange(
  { item, file, start, end, signal }: Work & { start: number; end: number },
  { openSource }: IngestDependencies,
) {
  const { path, sizeBytes, sha256, gitSha1, etag } = file
  const names = { ...(sha256 && { sha256 }), ...(gitSha1 && { gitSha1 }), ...(etag && { etag }) }
  const wanted = { path, sizeBytes, ...names }
  return openSource(item).open({ file: wanted, revision: item.sourceRevision ?? '', start, end, signal })
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
