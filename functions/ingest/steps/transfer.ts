import type { StepMessage } from '../../../shared/ingest/message.ts'
import { getImport, getImportFile } from '../../../shared/table/imports.ts'
import type { IngestDependencies } from '../dependencies.ts'
import { finishFile, passOnWhenAllDone } from './finish-file.ts'
import { judgeStreamed } from './mirrored-files.ts'
import { transferPart } from './transfer-part.ts'
import { transferWhole } from './transfer-whole.ts'

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
