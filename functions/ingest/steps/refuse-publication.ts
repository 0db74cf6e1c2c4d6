import { isMirror, isMirrorOf } from '../../../shared/mirror/mirrored-repo.ts'
import { refInTheWay } from '../../../shared/repos/ref-in-the-way.ts'
import type { ImportItem } from '../../../shared/table/imports.ts'
import { type RepoItem, splitName } from '../../../shared/table/repo-item.ts'
import { getRef, type RevisionItem } from '../../../shared/table/repos.ts'
import type { IngestDependencies } from '../dependencies.ts'
import { faults } from '../import-fault.ts'

/**
 * A mirrored repo is filled only from its own Hub, and an ordinary repo never by the mirror. `before` is the repo of
 * that name. @throws ImportFault
 */
export function refuseOtherRepo(item: ImportItem, before: RepoItem | undefined): void {
  if (before === undefined) return
  const { repo, mirror } = item
  if (before.deletedAt !== undefined) throw faults.repoDeleted(repo)
  if (!isOwners(before, item)) throw faults.repoGiven(repo)
  if (mirror === undefined ? !isMirror(before) : isMirrorOf(before, mirror.upstream)) return
  throw mirror === undefined ? faults.repoIsMirror(repo, before.mirror ?? '') : faults.repoIsOurs(repo)
}

const isOwners = ({ owner }: RepoItem, { repo }: ImportItem): boolean =>
  owner.toLowerCase() === splitName(repo).owner.toLowerCase()

/**
 * A name belongs to a branch, a tag or an alias; a mirror follows the upstream names. Whoever creates a conflicting
 * name meanwhile changes the repo, which fails the publication.
 * @throws ImportFault
 */
export async function refuseAmbiguousRefs(
  { item: { tag, repo, mirror }, repoId, branches }: { item: ImportItem; repoId: string; branches: readonly string[] },
  { table }: IngestDependencies,
) {
  const wanted = [...branches.map((name) => ['branch', name] as const), ...(tag ? [['tag', tag] as const] : [])]
  for (const [kind, name] of mirror === undefined ? wanted : []) {
    if ((await getRef(table, { repoId, kind, name })) !== undefined) continue
    const other = await refInTheWay(table, { repoId, name })
    if (other !== undefined) throw faults.refTaken(name, other, repo)
  }
}

/** Versions are immutable. @throws ImportFault */
export async function refuseTakenTag(
  { item: { tag, repo }, revision }: { item: ImportItem; revision: RevisionItem },
  { table }: IngestDependencies,
) {
  if (tag === undefined) return
  const existing = await getRef(table, { repoId: revision.repoId, kind: 'tag', name: tag })
  if (existing !== undefined && existing.revision !== revision.id) throw faults.tagTaken(tag, repo)
}
