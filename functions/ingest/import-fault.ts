import type { SkippedFile } from '../../shared/contract/import.ts'

/**
 * Why an import cannot continue: a stable code, a sentence for people, and the file at fault. Retrying does not help.
 */
export class ImportFault extends Error {
  override name = 'ImportFault'
  readonly code: string
  readonly path: string | undefined
  /** How many tries there are before the import fails; 1 where another cannot help. */
  readonly triesMax: number

  constructor({ code, message, path, triesMax = 1 }: ImportFaultFields) {
    super(message)
    this.code = code
    this.path = path
    this.triesMax = triesMax
  }
}

interface ImportFaultFields {
  code: string
  message: string
  path?: string
  triesMax?: number
}

const of = (path: string | undefined): string => (path === undefined ? '' : ` of "${path}"`)

export const faults = {
  unsafePath: (path: string, reason: string) =>
    new ImportFault({
      code: 'unsafe_path',
      message: `The file ${JSON.stringify(path.slice(0, 300))} cannot be taken in: ${reason}. Rename it at the source.`,
      path,
    }),
  collidingPaths: (first: string, second: string) =>
    new ImportFault({
      code: 'colliding_paths',
      message: `The files "${first}" and "${second}" would be one on some file systems. Rename one at the source.`,
      path: second,
    }),
  tooManyFiles: (count: number, limit: number) =>
    new ImportFault({
      code: 'too_many_files',
      message: `The source lists ${count} files; an import takes at most ${limit}. Choose some with --include.`,
    }),
  tooManyBytes: (bytes: number, limit: number) =>
    new ImportFault({
      code: 'too_many_bytes',
      message: `The source holds ${bytes} bytes; an import takes at most ${limit}. Choose files with --include.`,
    }),
  fileTooLarge: (path: string, bytes: number, limit: number) =>
    new ImportFault({
      code: 'file_too_large',
      message: `The file "${path}" has ${bytes} bytes; this installation checks files of at most ${limit} bytes (${limit / 1024 ** 3} GiB). Leave it out with --exclude, or split it at the source.`,
      path,
    }),
  nothingToImport: (skipped: readonly SkippedFile[]) =>
    new ImportFault({
      code: 'nothing_to_import',
      message:
        skipped.length === 0
          ? 'The source holds no files.'
          : `Nothing is left to import: every file of the source was left out (${listed(skipped)}).`,
    }),
  emptyDrop: ({ folder, address }: { folder: string; address: string }) =>
    new ImportFault({
      code: 'nothing_to_import',
      message: `The drop folder "${address}" holds no files. Check its name, or put the files there, with _SUCCESS last.`,
      path: folder,
    }),
  checksumMismatch: (path: string, expected: string, actual: string, triesMax = 3) =>
    new ImportFault({
      code: 'checksum_mismatch',
      message: `The file "${path}" is not what the source says it is: expected ${expected}, got ${actual}. Nothing of it was kept.`,
      path,
      // Another try fixes a flipped bit.
      triesMax,
    }),
  stepDied: (step: string, path?: string) =>
    new ImportFault({
      code: 'step_died',
      message: `The step "${step}"${of(path)} ended the process that did it, again and again: it may need more memory or more time than there is.`,
      ...(path !== undefined && { path }),
    }),
  stoodStill: (path?: string) =>
    new ImportFault({
      code: 'stood_still',
      message: `The import did not get on${of(path)}, however often it was resumed. Nothing of it was published; pull it again to go on.`,
      ...(path !== undefined && { path }),
    }),
  tagTaken: (tag: string, repo: string) =>
    new ImportFault({
      code: 'version_exists',
      message: `"${repo}" has a version "${tag}" already, with other content. Versions do not change: use another name.`,
    }),
  refTaken: (name: string, other: { kind: string; name: string }, repo: string) =>
    new ImportFault({
      code: 'ref_conflict',
      message: `"${repo}" cannot have a "${name}" beside its ${other.kind} "${other.name}": a name is one of a branch, a tag or an alias. Delete that one, or import into another repo.`,
    }),
  repoDeleted: (repo: string) =>
    new ImportFault({
      code: 'repo_deleted',
      message: `"${repo}" was deleted. Undo that, or import under another name.`,
    }),
  /** Permission to write to the repo's old owner does not imply the new one. */
  repoGiven: (repo: string) =>
    new ImportFault({
      code: 'repo_moved',
      message: `What was called "${repo}" belongs to another owner now. Import it under the name that it has there, or make a new repo "${repo}" first.`,
    }),
  /** With the message of the quota's own error. */
  quotaExceeded: ({ message }: { message: string }) => new ImportFault({ code: 'quota_exceeded', message }),
  repoIsMirror: (repo: string, upstream: string) =>
    new ImportFault({
      code: 'repo_is_mirror',
      message: `"${repo}" mirrors ${upstream}, and nothing else is put into it. Import under another name.`,
    }),
  repoIsOurs: (repo: string) =>
    new ImportFault({
      code: 'repo_exists',
      message: `"${repo}" was made here meanwhile; it is not mirrored.`,
    }),
  diskFull: () =>
    new ImportFault({
      code: 'disk_full',
      message: 'The data disk of this server is full. Free some space, then pull again to continue.',
      // Somebody may free space.
      triesMax: 5,
    }),
  sourceMoved: () =>
    new ImportFault({
      code: 'source_moved',
      message: 'The source changed while it was being listed. Pull it again.',
      triesMax: 3,
    }),
}

/** The first few, with their reasons. */
const listed = (skipped: readonly SkippedFile[]): string => {
  const first = skipped.slice(0, 5).map(({ path, reason }) => `${path}: ${reason}`)
  return [...first, ...(skipped.length > 5 ? [`and ${skipped.length - 5} more`] : [])].join('; ')
}
