import type { SkippedFile } from '../../../shared/contract/import.ts'
import type { SourceFile } from '../../../shared/hf/source.ts'
import { collidingPaths, pathFault } from '../../../shared/model/file-path.ts'
import { createFilePolicy } from '../../../shared/model/file-policy.ts'
import { partCount, partSizeFor } from '../../../shared/model/ranges.ts'
import type { ImportFileItem } from '../../../shared/table/imports.ts'
import type { IngestLimits } from '../dependencies.ts'
import { faults } from '../import-fault.ts'

/** A file without a known sha256 is hashed in memory before it is written, up to this size. */
const bufferedMaxBytes = 8 * 1024 ** 2

/** Chooses the files to import, and how each is transferred. @throws ImportFault */
export function chooseFiles({ files, leftOut = [], include, exclude, limits }: ChooseInput): Chosen {
  const skipped: SkippedFile[] = []
  const taken: SourceFile[] = []
  const judge = createFilePolicy({ include, exclude })
  for (const { path, reason } of leftOut) {
    checkPath(path)
    const verdict = judge(path)
    skipped.push({ path, reason: verdict.take ? reason : verdict.reason })
  }
  for (const file of files) {
    checkPath(file.path)
    const verdict = judge(file.path)
    if (verdict.take) taken.push(file)
    else skipped.push({ path: file.path, reason: verdict.reason })
  }
  if (taken.length === 0) throw faults.nothingToImport(skipped)
  if (taken.length > limits.filesMax) throw faults.tooManyFiles(taken.length, limits.filesMax)
  const large = taken.find((file) => file.sizeBytes > limits.fileBytesMax)
  if (large !== undefined) throw faults.fileTooLarge(large.path, large.sizeBytes, limits.fileBytesMax)
  const bytes = taken.reduce((sum, file) => sum + file.sizeBytes, 0)
  if (bytes > limits.bytesMax) throw faults.tooManyBytes(bytes, limits.bytesMax)
  const colliding = collidingPaths(taken.map((file) => file.path))
  if (colliding !== undefined) throw faults.collidingPaths(...colliding)
  return { files: taken.map((file) => plannedFile(file, limits)), skipped }
}

function checkPath(path: string) {
  const fault = pathFault(path)
  if (fault !== undefined) throw faults.unsafePath(path, fault)
}

interface ChooseInput {
  files: readonly SourceFile[]
  leftOut?: readonly SkippedFile[] | undefined
  include?: readonly string[] | undefined
  exclude?: readonly string[] | undefined
  limits: IngestLimits
}

interface Chosen {
  files: ImportFileItem[]
  skipped: SkippedFile[]
}

function plannedFile(file: SourceFile, limits: IngestLimits): ImportFileItem {
  const directMaxBytes = file.sha256 === undefined ? bufferedMaxBytes : limits.partSizeBytes
  const way = file.sizeBytes <= directMaxBytes ? 'direct' : 'staged'
  const partSizeBytes = partSizeFor(file.sizeBytes, limits.partSizeBytes)
  return {
    path: file.path,
    sizeBytes: file.sizeBytes,
    sha256: file.sha256,
    gitSha1: file.gitSha1,
    etag: file.etag,
    state: 'pending',
    way,
    partSizeBytes,
    partsTotal: way === 'direct' ? 1 : partCount(file.sizeBytes, partSizeBytes),
    partsDone: 0,
  }
}
