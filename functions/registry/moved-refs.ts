import { asResource } from '../../shared/auth/access-repo.ts'
import { mayAccess } from '../../shared/auth/authorize.ts'
import type { Principal } from '../../shared/auth/principal.ts'
import type { Deployment } from '../../shared/contract/deployment.ts'
import { isRevisionId } from '../../shared/model/repo-id.ts'
import { type DeploymentItem, type DeploymentTarget, everyTargetOf } from '../../shared/table/deployment-item.ts'
import type { RepoItem } from '../../shared/table/repo-item.ts'
import { getRepo, refNamed } from '../../shared/table/repos.ts'
import type { Table } from '../../shared/table/table.ts'

/** Where a target's ref points now, if that is not what is served and the target does not follow. */
export type MovedTo = (target: DeploymentTarget) => Deployment['targets'][number]['movedTo']

/** Resolves each repo and ref once per page; refs that the caller may not read stay hidden. */
export async function movedRefs({ table, principal, items }: MovedRefs): Promise<MovedTo> {
  const watched = items.flatMap(everyTargetOf).filter(({ follows, ref }) => follows !== true && !isRevisionId(ref))
  const repos = await eachOnce(watched, repoOf, async ({ repoId }) => {
    const repo = await getRepo(table, repoId)
    return repo !== undefined && mayAccess(principal, 'read', asResource(repo)) ? repo : undefined
  })
  const named = await eachOnce(watched, refOf, async (target) => {
    const repo = repos.get(repoOf(target))
    return repo && lookUp(table, repo, target.ref)
  })
  return (target) => {
    const now = named.get(refOf(target))
    return now === undefined || now.revision === target.revision ? undefined : now
  }
}

interface MovedRefs {
  table: Table
  principal: Principal
  items: readonly DeploymentItem[]
}

const repoOf = ({ repoId }: DeploymentTarget): string => repoId
const refOf = ({ repoId, ref }: DeploymentTarget): string => `${repoId} ${ref}`

async function lookUp(table: Table, { id, revision }: RepoItem, ref: string): Promise<ReturnType<MovedTo>> {
  if (ref === 'main') return revision === undefined ? undefined : { kind: 'branch', revision }
  const found = await refNamed(table, id, ref)
  return found === undefined || found.kind === 'commit' ? undefined : { kind: found.kind, revision: found.revision }
}

async function eachOnce<Value>(
  targets: readonly DeploymentTarget[],
  keyOf: (target: DeploymentTarget) => string,
  read: (target: DeploymentTarget) => Promise<Value>,
): Promise<Map<string, Value>> {
  const distinct = new Map(targets.map((target) => [keyOf(target), target]))
  return new Map(await Promise.all([...distinct].map(async ([key, target]) => [key, await read(target)] as const)))
}
