import type { Deployment } from '../../contract/deployment.ts'
import type { ApiClient } from '../api-client.ts'
import { ApiError } from '../api-error.ts'
import { allPages } from '../request.ts'

interface DeletedAlias {
  repo: string
  name: string
}

/**
 * One line for each deployment that followed the deleted alias. Empty where the key may not list deployments, since the
 * alias is deleted either way.
 */
export async function orphanedFollowers(client: ApiClient, alias: DeletedAlias): Promise<string[]> {
  const deployments = await allPages((cursor) => client.listDeployments({ limit: 100, cursor })).catch((error) => {
    if (error instanceof ApiError) return []
    throw error
  })
  return deployments.flatMap((deployment) => stays(deployment, alias) ?? [])
}

function stays({ name, targets, shadow }: Deployment, alias: DeletedAlias): string | undefined {
  const followers = [...targets, ...(shadow === undefined ? [] : [shadow])].filter(
    ({ repo, ref, follows }) => follows && ref === alias.name && repo.toLowerCase() === alias.repo.toLowerCase(),
  )
  const revisions = [...new Set(followers.map(({ revision }) => revision.slice(0, 12)))].join(' and ')
  if (followers.length === 0) return undefined
  return `"${name}" followed it and stays at ${revisions}, until it is updated or the alias is made again`
}
