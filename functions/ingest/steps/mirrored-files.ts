import { inParallel } from '../../../shared/in-parallel.ts'
import { findSmallFile, isStreamed } from '../../../shared/mirror/streamed-files.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import type { ImportFileItem, ImportItem } from '../../../shared/table/imports.ts'
import type { IngestDependencies } from '../dependencies.ts'

const readsAtOnce = 16

/** Reuses the blobs of small files that a mirror stored while streaming them. */
export async function withStoredFiles(
  { item, files }: { item: ImportItem; files: readonly ImportFileItem[] },
  { table }: IngestDependencies,
): Promise<readonly ImportFileItem[]> {
  if (item.mirror === undefined) return files
  return inParallel(files, readsAtOnce, async (file) => {
    const { sha256, gitSha1 } = file
    if (sha256 !== undefined || gitSha1 === undefined) return file
    const stored = await findSmallFile(table, { repo: item.repo, gitSha1 })
    return stored === undefined ? file : { ...file, sha256: stored }
  })
}

/** Whether a mirror has stored a file, or is storing it, since the import was planned. */
export async function judgeStreamed(
  { item, file }: { item: ImportItem; file: ImportFileItem },
  { table, objects, now }: IngestDependencies,
): Promise<'stored' | 'streamed' | undefined> {
  const { sha256, partsDone, uploadId } = file
  if (item.mirror === undefined || sha256 === undefined || partsDone > 0 || uploadId !== undefined) return undefined
  if ((await objects.head({ key: objectKeys.blob(sha256) })) !== undefined) return 'stored'
  return (await isStreamed(table, { repo: item.repo, sha256, now: now() })) ? 'streamed' : undefined
}
