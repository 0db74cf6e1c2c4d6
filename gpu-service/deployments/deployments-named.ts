import { type DeploymentItem, type DeploymentTarget, isServed } from '../../shared/table/deployment-item.ts'
import type { KnownRefs } from './known-refs.ts'

/** The deployments that a name may mean, most specific first. */
export function deploymentsNamed<Named extends { item: DeploymentItem }>({
  deployments,
  name,
  refs,
}: DeploymentsNamed<Named>): Named[] {
  const named = deployments.get(name)
  if (named !== undefined) return [named]
  const rankOf = rankBy(name, refs)
  const matching: { deployment: Named; rank: number }[] = []
  for (const deployment of deployments.values()) {
    const { item } = deployment
    let rank = rankOf(item)
    for (const target of item.targets ?? [])
      if (rank < exactMatch && isServed(target)) rank = Math.max(rank, rankOf(target))
    if (rank > 0) matching.push({ deployment, rank })
  }
  return matching
    .sort((a, b) => b.rank - a.rank || (a.deployment.item.createdAt < b.deployment.item.createdAt ? 1 : -1))
    .map(({ deployment }) => deployment)
}

interface DeploymentsNamed<Named> {
  deployments: ReadonlyMap<string, Named>
  name: string
  refs: Pick<KnownRefs, 'means'>
}

const exactMatch = 3

type NamedTarget = Pick<DeploymentTarget, 'repo' | 'repoId' | 'ref' | 'revision'>

/** Whether a name means a given target of a deployment; the deployment's own name means all of them. */
export function meantBy({ name, item, refs }: MeantBy): (target: NamedTarget) => boolean {
  if (item.name === name) return () => true
  const rankOf = rankBy(name, refs)
  return (target) => rankOf(target) > 0
}

interface MeantBy {
  name: string
  item: Pick<DeploymentItem, 'name'>
  refs: Pick<KnownRefs, 'means'>
}

/** How well a name matches a target; 0 for no match. */
function rankBy(name: string, refs: Pick<KnownRefs, 'means'>): (target: NamedTarget) => number {
  const at = name.indexOf('@')
  const repo = (at < 0 ? name : name.slice(0, at)).toLowerCase()
  // Without a ref, prefers the default branch if it is deployed.
  const ref = at < 0 ? 'main' : name.slice(at + 1)
  return (target) => {
    if (target.repo.toLowerCase() !== repo) return 0
    if (target.ref === ref || target.revision === ref) return exactMatch
    return refs.means(target, ref) ? 2 : at < 0 ? 1 : 0
  }
}
