import { type Manifest, manifest } from '../../../shared/model/manifest.ts'
import { isRevisionId } from '../../../shared/model/repo-id.ts'
import type { RevisionFile } from '../../../shared/model/revision-id.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { manifestOf } from '../../../shared/repos/manifest-of.ts'
import { keys } from '../../../shared/table/keys.ts'
import { allFiles, getRepo, getRevision, type RevisionItem } from '../../../shared/table/repos.ts'
import { checkFileBlobs } from './check-file-blobs.ts'
import { checkPast } from './check-past.ts'
import { textOf } from './compare-repo.ts'
import type { CheckParts, Discrepancy } from './discrepancy.ts'
import { isRecent } from './discrepancy.ts'
import { readManifest } from './read-manifest.ts'

interface Place {
  repoId: string
  revision: string
}

/** A revision's item, files and manifest must agree, its parent must exist, and every file needs its blob. */
export async function checkRevision({ repoId, revision: id }: Place, parts: CheckParts): Promise<Discrepancy[]> {
  const { table, objects } = parts
  if ((await table.get(keys.purge(repoId))) !== undefined) return []
  const said = await readManifest(objects, { key: objectKeys.manifest(repoId, id), schema: manifest })
  const item = await getRevision(table, repoId, id)
  if (item === undefined) return lostRevision({ repoId, revision: id, said }, parts)
  const files = await Array.fromAsync(allFiles(table, repoId, id))
  const place = `${repoId}@${id}`
  const ofFiles = await filesAndManifest({ item, files, said, place }, parts)
  return [
    ...ofFiles,
    ...(await checkPast({ item, place }, parts)),
    ...(await checkFileBlobs({ item, files, place }, parts)),
  ]
}

type Said = Manifest | 'broken' | undefined

async function lostRevision(
  { repoId, revision, said }: Place & { said: Said },
  parts: CheckParts,
): Promise<Discrepancy[]> {
  const { table, objects } = parts
  // Without a manifest it was never published, and without a repo it is the rest of a purge: both are garbage.
  if (said === undefined || (await table.get(keys.pendingRevision(repoId, revision))) !== undefined) return []
  const isOfRepo =
    (await getRepo(table, repoId)) !== undefined ||
    (await objects.head({ key: objectKeys.repoManifest(repoId) })) !== undefined
  if (!isOfRepo) return []
  return [
    {
      kind: 'revision-missing',
      place: `${repoId}@${revision}`,
      severity: 'error',
      message: `The bucket has a manifest of the revision ${revision}, and the registry does not know it.`,
      ...(said !== 'broken' && { repair: () => bringBack(said, parts) }),
    },
  ]
}

/** Restores a revision from its manifest. Its metadata is inspected anew. */
export async function bringBack(said: Manifest, { table, ingest }: CheckParts): Promise<void> {
  const { format: _, files, ...about } = said
  const { repoId, id, sourceRevision, createdAt } = about
  await writeFiles(said, { table })
  const item: RevisionItem = { ...about, filesTotal: files.length, sizeBytes: sizeOf(files) }
  await table.put({ ...keys.revision(repoId, id), ...item })
  if (sourceRevision !== undefined && isRevisionId(sourceRevision)) {
    const commit = { kind: 'commit', name: sourceRevision, revision: id, updatedAt: createdAt }
    await table.put({ ...keys.commit(repoId, sourceRevision), ...commit })
  }
  // A restored repo has all of its revisions inspected.
  if ((await getRepo(table, repoId)) !== undefined)
    await ingest.send({ message: { step: 'inspect-revision', repoId, revision: id, attempt: 1 } })
}

async function writeFiles({ repoId, id, files }: Manifest, { table }: Pick<CheckParts, 'table'>) {
  await table.putMany(files.map((file) => ({ ...file, ...keys.revisionFile(repoId, id, file.path) })))
}

async function filesAndManifest({ item, files, said, place }: Found, parts: CheckParts): Promise<Discrepancy[]> {
  const { table, ingest, objects } = parts
  const { repoId, id } = item
  const isWhole = files.length === item.filesTotal && sizeOf(files) === item.sizeBytes
  const rewrite = () => ingest.send({ message: { step: 'inspect-revision', repoId, revision: id, attempt: 1 } })
  if (said === undefined || said === 'broken') {
    // It is written a moment after the publication.
    if (said === undefined && isWhole && isRecent(item.createdAt, parts)) return []
    const kind = said === undefined ? 'manifest-missing' : 'manifest-broken'
    const message = `The manifest of the revision is ${said === undefined ? 'not there' : 'not readable'}${isWhole ? '' : `, and ${files.length} of its ${item.filesTotal} files are known`}.`
    return [{ kind, place, severity: isWhole ? 'warning' : 'error', message, ...(isWhole && { repair: rewrite }) }]
  }
  const known = manifestOf({ revision: item, files })
  if (isWhole && textOf(known) === textOf(said)) return []
  const fits = said.files.length === item.filesTotal && sizeOf(said.files) === item.sizeBytes
  const hasBlobs = async () =>
    (await checkFileBlobs({ item, files: said.files, place }, { ...parts, objects })).length === 0
  if (fits && textOf(known.files) !== textOf(said.files) && (!isWhole || (await hasBlobs()))) {
    const repair = async () => {
      const listed = new Set(said.files.map(({ path }) => path))
      const extra = files.filter(({ path }) => !listed.has(path))
      await table.deleteMany(extra.map(({ path }) => keys.revisionFile(repoId, id, path)))
      await writeFiles(said, { table })
    }
    const message = `The registry knows ${files.length} files of it, which differ from those of its manifest.`
    return [{ kind: 'files-wrong', place, severity: 'error', message, repair }]
  }
  const message = 'The manifest differs from the registry.'
  return [{ kind: 'manifest-wrong', place, severity: 'warning', message, ...(isWhole && { repair: rewrite }) }]
}

interface Found {
  item: RevisionItem
  files: readonly RevisionFile[]
  said: Said
  place: string
}

const sizeOf = (files: readonly RevisionFile[]): number => files.reduce((sum, file) => sum + file.sizeBytes, 0)
