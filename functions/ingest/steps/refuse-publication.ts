import { isMirror, isMirrorOf } from '../../../shared/mirror/mirrored-repo.ts'
import { refInTheWay } from '../../../shared/repos/ref-in-the-way.ts'
import type { ImportItem } from '../../../shared/table/imports.ts'
import { type RepoItem, splitName } from '../../../shared/table/repo-item.ts'
import { getRef, type RevisionItem } from '../../../shared/table/repos.ts'
import type { IngestDependencies } from '../dependencies.ts'
import { faults } from '../import-fault.ts'

/**
 * A mirrored repo is filled from its one Hub, and a repo of our own never from it without being asked. `before`: what has
 * the name now. @throws ImportFault
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
 * A name is one of a branch, a tag or an alias. A mirror has the other Hub's names, whatever they are. Whoever makes a
 * name at the same time changes the repo, which the publication fails on.
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

/** A version does not change once it is made. @throws ImportFault */
export async function refuseTakenTag(
  { item: { tag, repo }, revision }: { item: ImportItem; revision: RevisionItem },
  { table }: IngestDependencies,
) {
  if (tag === undefined) return
  const existing = await getRef(table, { repoId: revision.repoId, kind: 'tag', name: tag })
  if (existing !== undefined && existing.revision !== revision.id) throw faults.tagTaken(tag, repo)
}
