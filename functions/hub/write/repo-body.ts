import * as z from 'zod'
import type { Principal } from '../../../shared/auth/principal.ts'
import { AppError, errors } from '../../../shared/errors.ts'
import { parseRepoId } from '../../../shared/model/repo-id.ts'
import type { RepoKind } from '../../../shared/table/keys.ts'
import type { RepoItem } from '../../../shared/table/repo-item.ts'

/** How clients name a repo in a body: with a separate owner, absent for their own. */
export const repoName = {
  name: z.string(),
  organization: z.string().nullish(),
  type: z.string().nullish(),
}

/** Newer clients send `visibility`, older ones `private`. */
export const repoVisibility = {
  visibility: z.string().nullish(),
  private: z.boolean().nullish(),
}

export const nameOf = (
  { name, organization }: { name: string; organization?: string | null | undefined },
  principal: Principal | undefined,
): string => {
  if (name.includes('/')) return parseRepoId(name, 'name')
  if (organization != null) return parseRepoId(`${organization}/${name}`, 'name')
  if (principal === undefined) throw errors.unauthenticated()
  return parseRepoId(`${principal.username}/${name}`, 'name')
}

export function kindOf(type: string | null | undefined): RepoKind {
  if (type == null || type === 'model') return 'model'
  if (type === 'dataset') return 'dataset'
  throw new AppError({
    code: 'not_supported',
    status: 400,
    message: `There are only models and datasets here, and no repos of the type "${type.slice(0, 50)}".`,
    param: 'type',
  })
}

/** `undefined` where neither is given. */
export function visibilityOf(given: {
  visibility?: string | null | undefined
  private?: boolean | null | undefined
}): RepoItem['visibility'] | undefined {
  const { visibility } = given
  if (visibility == null) return given.private == null ? undefined : given.private ? 'private' : 'public'
  if (visibility === 'private' || visibility === 'public') return visibility
  throw errors.invalidRequest(
    `A repo is "private" or "public" here, not "${visibility.slice(0, 50)}". Use members and roles of an organisation for anything in between.`,
    'visibility',
  )
}
