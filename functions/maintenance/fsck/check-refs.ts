import { conditionHeld } from '../../../shared/table/condition-held.ts'
import { keys } from '../../../shared/table/keys.ts'
import { fullName, type RepoItem } from '../../../shared/table/repo-item.ts'
import { changeRepo } from '../../../shared/table/repo-write.ts'
import { getRevision, keyOfRef, type RefItem } from '../../../shared/table/repos.ts'
import { absent, type Table } from '../../../shared/table/table.ts'
import type { CheckParts, Discrepancy } from './discrepancy.ts'

export interface Known {
  repo: RepoItem
  refs: readonly RefItem[]
}

/** Every ref must name a revision, and every version must be in the order of versions. */
export async function checkRefs({ repo, refs }: Known, { table }: CheckParts): Promise<Discrepancy[]> {
  const found: Discrepancy[] = []
  for (const { kind, name, revision, versionNumber } of refs) {
    if (kind === 'tag' && versionNumber !== undefined)
      found.push(...(await checkVersion({ repo, name, versionNumber }, table)))
    if ((await getRevision(table, repo.id, revision)) !== undefined) continue
    // Deleted, or moved to an existing revision, since it was read.
    const now = await table.get<RefItem>(keyOfRef({ repoId: repo.id, kind, name }))
    if (now?.revision !== revision) continue
    const message = `The ${kind} "${name}" names ${revision}, which does not exist. If the bucket has its manifest, a repair restores it; else move or delete the ${kind}.`
    found.push({ kind: 'ref-dangling', place: `${fullName(repo)} ${kind} ${name}`, severity: 'error', message })
  }
  return found
}

/** A repo is searched by the metadata of main's revision. */
export async function checkMain({ repo, refs }: Known, { table }: CheckParts): Promise<Discrepancy[]> {
  const main = refs.find(({ kind, name }) => kind === 'branch' && name === 'main')
  const revision = main && (await getRevision(table, repo.id, main.revision))
  if (main !== undefined && revision === undefined) return []
  const sizeBytes = revision?.sizeBytes ?? 0
  if (repo.revision === main?.revision && (main === undefined || repo.sizeBytes === sizeBytes)) return []
  const repair = async () =>
    void (await changeRepo(table, repo.id, (before) => ({ repo: { ...before, revision: main?.revision, sizeBytes } })))
  const message = `It says it is at ${repo.revision ?? 'nothing'} with ${repo.sizeBytes} bytes; its branch main is at ${main?.revision ?? 'nothing'} with ${sizeBytes}.`
  return [{ kind: 'head-wrong', place: fullName(repo), severity: 'error', message, repair }]
}

async function checkVersion(
  { repo, name, versionNumber }: { repo: RepoItem; name: string; versionNumber: number },
  table: Table,
): Promise<Discrepancy[]> {
  const key = keys.version(repo.id, versionNumber)
  if ((await table.get(key)) !== undefined) return []
  const repair = () => conditionHeld(() => table.put({ ...key, name }, absent))
  const message = `The version "${name}" is not among the versions.`
  return [{ kind: 'version-missing', place: `${fullName(repo)} ${name}`, severity: 'warning', message, repair }]
}
