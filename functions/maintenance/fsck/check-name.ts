import { objectKeys } from '../../../shared/objects/keys.ts'
import { conditionHeld } from '../../../shared/table/condition-held.ts'
import { keys } from '../../../shared/table/keys.ts'
import { fullName, type RepoItem } from '../../../shared/table/repo-item.ts'
import { getRepo } from '../../../shared/table/repos.ts'
import type { CheckParts, Discrepancy } from './discrepancy.ts'

/** A claimed name must be its repo's current one; a former name is a redirect. */
export async function checkName({ pk }: { pk: string }, parts: CheckParts): Promise<Discrepancy[]> {
  const { table, objects, now } = parts
  const key = { pk, sk: 'NAME' }
  const claim = await table.get<{ repoId: string; redirectedAt?: string }>(key)
  if (claim === undefined || claim.redirectedAt !== undefined) return []
  const { repoId } = claim
  const place = pk.slice(pk.lastIndexOf('#') + 1)
  const condition = { expression: 'repoId = :id AND attribute_not_exists(redirectedAt)', values: { ':id': repoId } }
  const repo = await getRepo(table, repoId)
  if (repo === undefined) {
    // The repo's own check restores it, or a collection is purging it.
    if ((await objects.head({ key: objectKeys.repoManifest(repoId) })) !== undefined) return []
    if ((await table.get(keys.purge(repoId))) !== undefined) return []
    const message = `The name "${place}" belongs to the repo ${repoId}, which does not exist.`
    const repair = () => conditionHeld(() => table.transact([{ delete: key, condition }]))
    return [{ kind: 'claim-without-repo', place, severity: 'error', message, repair }]
  }
  if (isCalled(repo, pk)) return []
  const message = `The name "${place}" belongs to a repo that is called "${fullName(repo)}".`
  const change = { expression: 'SET redirectedAt = :now', condition: condition.expression }
  const values = { ...condition.values, ':now': now().toISOString() }
  const repair = () => conditionHeld(() => table.update(key, { ...change, values }))
  return [{ kind: 'claim-stale', place, severity: 'error', message, repair }]
}

const isCalled = (repo: RepoItem, pk: string): boolean => keys.repoName(repo.kind, fullName(repo)).pk === pk
