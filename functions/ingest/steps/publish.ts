import { BlobsBusy, keepBlobs } from '../../../shared/blobs/keep-blobs.ts'
import type { StepMessage } from '../../../shared/ingest/message.ts'
import { type RevisionFile, sortedByPath } from '../../../shared/model/revision-id.ts'
import { holdBlobs } from '../../../shared/table/held-blobs.ts'
import { allImportFiles, getImport, type ImportItem } from '../../../shared/table/imports.ts'
import { QuotaExceeded, quotaExceeded } from '../../../shared/table/quotas.ts'
import { splitName } from '../../../shared/table/repo-item.ts'
import { findRepo, getRef, getRevision } from '../../../shared/table/repos.ts'
import { writeRevisionFiles } from '../../../shared/table/revision-write.ts'
import { readSweepRound, roundStands } from '../../../shared/table/sweeps.ts'
import { ConditionFailed } from '../../../shared/table/table.ts'
import { failedCount } from '../../../shared/table/usage.ts'
import type { IngestDependencies } from '../dependencies.ts'
import { faults } from '../import-fault.ts'
import { isAllThere, isUnderWay } from './finish-file.ts'
import { importedId, importedRepo, importedRevision, repoWith } from './imported-revision.ts'
import { branchesOf, branchOf, publication } from './publication.ts'
import { refuseAmbiguousRefs, refuseOtherRepo, refuseTakenTag } from './refuse-publication.ts'
import { sendPending } from './send-transfers.ts'
import { transferAgain } from './transfer-again.ts'

/** Publishes the revision in one conditional transaction; nothing of the import is visible before. */
export async function publish(
  { importId, attempt }: StepMessage<'publish'>,
  dependencies: IngestDependencies,
): Promise<void> {
  const item = await getImport(dependencies.table, importId)
  // An earlier try may have counted files back without sending their transfers.
  if (item !== undefined && isUnderWay(item) && attempt > 1) await sendPending(importId, dependencies)
  if (item !== undefined && isAllThere(item)) {
    try {
      const files = await importedFiles(item, dependencies)
      await publishRevision({ item, files }, dependencies)
    } catch (error) {
      if (!(error instanceof BlobsBusy)) throw error
      const message = { step: 'publish' as const, importId, attempt: 1 }
      return dependencies.queue.send({ message, delaySeconds: busySeconds })
    }
  }
  const published = await getImport(dependencies.table, importId)
  if (published?.state === 'INSPECTING')
    await dependencies.queue.send({ message: { step: 'inspect', importId, attempt: 1 } })
}

/** The time left for a running removal. */
const busySeconds = 60

/** The repo may change meanwhile; each try uses its new state. */
const triesMax = 20

async function publishRevision({ item, files }: Publishing, dependencies: IngestDependencies) {
  const { table, objects, now } = dependencies
  for (let tries = 1; ; tries++) {
    const before = await findRepo(table, { name: item.repo, withDeleted: true })
    refuseOtherRepo(item, before)
    const repoId = before?.id ?? item.repoId
    const round = await readSweepRound(table, repoId)
    const missing = await keepBlobs({ table, objects, round, hashes: files.map(({ sha256 }) => sha256) })
    if (missing.length > 0) return transferAgain({ item, missing }, dependencies)
    await holdFiles({ item, files }, dependencies)
    const main = before?.revision === undefined ? undefined : await getRevision(table, repoId, before.revision)
    const branches = branchesOf(item, main)
    const head = (await getRef(table, { repoId, kind: 'branch', name: branchOf(item) }))?.revision
    const id = importedId({ item, files })
    const parent = head === undefined || head === id ? undefined : await getRevision(table, repoId, head)
    const revision = importedRevision({ id, item, files, repoId, parent, at: now().toISOString() })
    await refuseTakenTag({ item, revision }, dependencies)
    await refuseAmbiguousRefs({ item, repoId, branches }, dependencies)
    await writeRevisionFiles(table, { repoId: revision.repoId, revision: revision.id, files, now: now() })
    const known = (await getRevision(table, revision.repoId, revision.id)) !== undefined
    const at = now().toISOString()
    const isOnMain = branches.includes('main')
    const after = repoWith({ item, repo: before ?? importedRepo(item, now()), revision, isOnMain, at })
    const { reposMax } = dependencies.limits
    const writes = publication({ item, before, after, revision, branches, head, main, known, now: at, reposMax })
    try {
      return await table.transact([...writes, roundStands(round)])
    } catch (error) {
      // Another delivery may have published it; a tag taken meanwhile is reported by the next try.
      const now = await getImport(table, item.id)
      if (!(error instanceof ConditionFailed)) throw error
      // Files are being transferred again, and the last of them sends this message again.
      if (now === undefined || !isAllThere(now)) return
      // If somebody created the repo meanwhile, it need not be counted.
      if (failedCount(error, writes) && (await findRepo(table, { name: item.repo, withDeleted: true })) === undefined)
        throw faults.quotaExceeded(await tooManyRepos(item, dependencies))
      if (tries === triesMax) throw error
    }
  }
}

const tooManyRepos = ({ repo }: ImportItem, { table, limits }: IngestDependencies) =>
  quotaExceeded(table, { owner: splitName(repo).owner, what: 'repos', by: 1, max: limits.reposMax })

interface Publishing {
  item: ImportItem
  files: readonly RevisionFile[]
}

async function holdFiles({ item, files }: Publishing, { table, limits, now }: IngestDependencies) {
  const { owner } = splitName(item.repo)
  try {
    await holdBlobs(table, { owner, blobs: files, storedBytesMax: limits.storedBytesMax, now: now() })
  } catch (error) {
    if (error instanceof QuotaExceeded) throw faults.quotaExceeded(error)
    throw error
  }
}

async function importedFiles(item: ImportItem, { table }: IngestDependencies): Promise<RevisionFile[]> {
  const files: RevisionFile[] = []
  for await (const { path, sizeBytes, sha256, gitSha1, state } of allImportFiles(table, item.id)) {
    if (state !== 'done' || sha256 === undefined) throw new Error(`"${path}" is not verified yet`)
    files.push({ path, sizeBytes, sha256, ...(gitSha1 !== undefined && { gitSha1 }) })
  }
  return sortedByPath(files)
}
