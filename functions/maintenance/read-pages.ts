import type { DeploymentItem } from '../../shared/table/deployment-item.ts'
import { type ItemKey, keys } from '../../shared/table/keys.ts'
import type { RepoItem } from '../../shared/table/repo-item.ts'
import type { Next, Step } from './jobs/phase.ts'

export type AnyItem = ItemKey & Record<string, unknown>

export const isRepo = (item: AnyItem): item is AnyItem & RepoItem => item.pk.startsWith('REPO#') && item.sk === 'REPO'

export const isDeployment = (item: AnyItem): item is AnyItem & DeploymentItem => item.sk === keys.deployment('').sk

/** Works through some pages of the table: one piece of a phase that visits every item. */
export async function scanSome(step: Step, work: (items: AnyItem[]) => Promise<void>): Promise<Next | undefined> {
  const { parts, cursor } = step
  const { pagesAtOnce, itemsAtOnce } = parts.limits
  let startKey = cursor as Record<string, unknown> | undefined
  for (let pages = 0; pages < pagesAtOnce; pages++) {
    const page = await parts.scan({ startKey, ...(itemsAtOnce !== undefined && { limit: itemsAtOnce }) })
    await work(page.items)
    startKey = page.nextKey
    if (startKey === undefined) return undefined
  }
  return { cursor: startKey }
}
