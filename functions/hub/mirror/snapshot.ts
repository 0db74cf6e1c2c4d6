import * as z from 'zod'
import { createFilePolicy } from '../../../shared/model/file-policy.ts'
import { sortedByPath } from '../../../shared/model/revision-id.ts'

/** A file as the upstream Hub lists it: by sha256 in LFS, otherwise by its git hash. */
export interface MirroredFile {
  path: string
  sizeBytes: number
  sha256?: string | undefined
  gitSha1?: string | undefined
}

/** An upstream repo at one commit: the parts that clients are shown. */
export interface Snapshot {
  /** `owner/name`, in the upstream Hub's letter case. */
  repo: string
  commit: string
  /** Whether the Hub shows it, including its files, without a token. */
  isPublic: boolean
  createdAt: string
  updatedAt: string
  task?: string | undefined
  library?: string | undefined
  tags: string[]
  /** The mirrored files; absent where there are too many for this answer. */
  files?: readonly MirroredFile[] | undefined
}

const hex40 = z.string().regex(/^[0-9a-f]{40}$/)
const sizeBytes = z.int().nonnegative()
const isoTime = z.iso.datetime({ offset: true }).catch('1970-01-01T00:00:00.000Z')
const word = z.string().max(200).optional().catch(undefined)

const sibling = z.object({
  rfilename: z.string(),
  size: sizeBytes.optional(),
  blobId: hex40.optional(),
  lfs: z.object({ size: sizeBytes, sha256: z.string().regex(/^[0-9a-f]{64}$/) }).nullish(),
})

/** The parts of R2's answer that are read. */
export const modelAnswer = z.object({
  id: z.string(),
  sha: hex40,
  private: z.boolean().optional(),
  gated: z.union([z.boolean(), z.string()]).optional(),
  createdAt: isoTime,
  lastModified: isoTime,
  pipeline_tag: word,
  library_name: word,
  tags: z.array(z.string().max(200)).max(1000).catch([]),
  siblings: z.array(sibling).optional(),
})
type ModelAnswer = z.infer<typeof modelAnswer>

/** With more files, the Hub may leave some out of a model's answer. */
const siblingsMax = 1000

/** Whether the answer claims to be public, before that is tried. Without a statement it is not. */
export const claimsOpen = ({ private: isPrivate, gated }: ModelAnswer): boolean =>
  isPrivate === false && gated === false

export function snapshotOf({ asked, answer, isPublic }: SnapshotInput): Snapshot {
  const { id, sha, siblings, createdAt, lastModified, pipeline_tag: task, library_name: library, tags } = answer
  const files = siblings?.map(fileOf)
  const isWhole = files !== undefined && files.length < siblingsMax && !files.includes(undefined)
  return {
    // A repo that was renamed upstream keeps the requested name here.
    repo: id.toLowerCase() === asked.toLowerCase() ? id : asked,
    commit: sha,
    isPublic,
    createdAt,
    updatedAt: lastModified,
    task,
    library,
    tags,
    ...(isWhole && { files: mirroredFiles(files.filter((file) => file !== undefined)) }),
  }
}

interface SnapshotInput {
  /** The requested name. */
  asked: string
  answer: ModelAnswer
  isPublic: boolean
}

const judgeFile = createFilePolicy({})

/** Why the import policy leaves a file out; `undefined` where it does not. */
export function leftOutBecause(path: string): string | undefined {
  const verdict = judgeFile(path)
  return verdict.take ? undefined : verdict.reason
}

/** The files that an import takes, so that clients see the same list before and after it. */
export const mirroredFiles = (files: readonly MirroredFile[]): MirroredFile[] =>
  sortedByPath(files.filter(({ path }) => leftOutBecause(path) === undefined))

function fileOf({ rfilename: path, size, blobId, lfs }: z.infer<typeof sibling>): MirroredFile | undefined {
  if (lfs != null) return { path, sizeBytes: lfs.size, sha256: lfs.sha256 }
  return size === undefined || blobId === undefined ? undefined : { path, sizeBytes: size, gitSha1: blobId }
}
