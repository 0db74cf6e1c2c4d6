import { errors } from '../../../shared/errors.ts'
import { collidingPaths } from '../../../shared/model/file-path.ts'
import { type RevisionFile, sortedByPath } from '../../../shared/model/revision-id.ts'
import { hubErrors } from '../hub-errors.ts'
import { createFolderTree } from './folder-tree.ts'

/** A commit's change to a list of files, with each content given by its hash. */
export type FileChange =
  | { kind: 'put'; file: RevisionFile }
  | { kind: 'deletedFile'; path: string }
  | { kind: 'deletedFolder'; path: string }

export interface AppliedChanges {
  files: RevisionFile[]
  /** Whether the result differs. */
  changed: boolean
}

/**
 * The files after a commit. Each operation sees the result of the previous one, so a client may empty a folder and
 * refill it. @throws AppError `entry_not_found`, `invalid_request`
 */
export function applyOperations(before: readonly RevisionFile[], changes: readonly FileChange[]): AppliedChanges {
  const files = new Map(before.map((file) => [file.path, file]))
  const isFolderDeleted = changes.some(({ kind }) => kind === 'deletedFolder')
  const tree = isFolderDeleted ? createFolderTree(files.keys()) : undefined
  for (const change of changes) {
    if (change.kind === 'put') {
      files.set(change.file.path, change.file)
      tree?.add(change.file.path)
      continue
    }
    const deleted = change.kind === 'deletedFile' ? [change.path] : (tree?.empty(change.path) ?? [])
    const found = deleted.filter((path) => files.delete(path))
    if (found.length === 0) throw hubErrors.entryNotFound(change.path, 'this revision')
  }
  if (files.size > filesMax)
    throw errors.invalidRequest(`A revision can have at most ${filesMax} files; this one would have ${files.size}.`)
  const added = [...files.keys()]
  const colliding = changes.some(({ kind }) => kind === 'put') ? collidingPaths(added) : undefined
  if (colliding !== undefined)
    throw errors.invalidRequest(
      `"${colliding[0]}" and "${colliding[1]}" cannot both exist: one is a folder of the other, or they differ only in case.`,
      'path',
    )
  return { files: sortedByPath([...files.values()]), changed: !isSame(before, files) }
}

const filesMax = 100_000

const isSame = (before: readonly RevisionFile[], after: ReadonlyMap<string, RevisionFile>): boolean =>
  before.length === after.size &&
  before.every(({ path, sha256, gitSha1 }) => {
    const now = after.get(path)
    return now?.sha256 === sha256 && (now.gitSha1 === undefined) === (gitSha1 === undefined)
  })
