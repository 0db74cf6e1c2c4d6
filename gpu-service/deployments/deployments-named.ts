import type { DeploymentItem } from '../../shared/table/deployment-item.ts'
import type { KnownRefs } from './known-refs.ts'

/** What a name may mean, what it means most surely first. */
export function deploymentsNamed<Named extends { item: DeploymentItem }>({
  deployments,
  name,
  refs,
}: DeploymentsNamed<Named>): Named[] {
  const named = deployments.get(name)
  if (named !== undefined) return [named]
  const at = name.indexOf('@')
  const repo = (at < 0 ? name : name.slice(0, at)).toLowerCase()
  // Without a ref, the default branch is meant where it is deployed.
  const ref = at < 0 ? 'main' : name.slice(at + 1)
  const matching: { deployment: Named; rank: number }[] = []
  for (const deployment of deployments.values()) {
    const { item } = deployment
    if (item.repo.toLowerCase() !== repo) continue
    const rank = item.ref === ref || item.revision === ref ? 2 : refs.means(item, ref) ? 1 : 0
    if (rank > 0 || at < 0) matching.push({ deployment, rank })
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
