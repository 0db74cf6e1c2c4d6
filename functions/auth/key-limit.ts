import { roleIn } from '../../shared/auth/authorize.ts'
import type { Principal } from '../../shared/auth/principal.ts'
import { errors } from '../../shared/errors.ts'
import { isOwnerName } from '../../shared/model/owner-name.ts'
import { parseRepoId } from '../../shared/model/repo-id.ts'
import type { KeyLimit } from '../../shared/table/api-keys.ts'
import { keys } from '../../shared/table/keys.ts'
import { findOwner } from '../../shared/table/owners.ts'
import type { Table } from '../../shared/table/table.ts'

/** A limit in the form that users write. */
export const limitText = (limit: KeyLimit): string => ('owner' in limit ? limit.owner : limit.repo)

/**
 * The owner or repo that a new key is limited to, which must be within the creator's own rights.
 * @throws AppError `beyond_limit`, `owner_not_found`, `repo_not_found`, `invalid_request`
 */
export async function readLimit(
  table: Table,
  { text, principal }: { text: string | undefined; principal: Principal },
): Promise<KeyLimit | undefined> {
  if (text === undefined) {
    if (principal.limit !== undefined) throw errors.beyondLimit()
    return undefined
  }
  const [kind, name] = text.startsWith('datasets/')
    ? (['dataset', text.slice('datasets/'.length)] as const)
    : (['model', text] as const)
  const owner = name.split('/')[0] ?? ''
  const limit =
    kind === 'model' && isOwnerName(name)
      ? await ownerLimit(table, { name, principal })
      : await repoLimit(table, { kind, name: parseRepoId(name, 'limit'), text, principal })
  if (!isWithin(limit, owner, principal)) throw errors.beyondLimit()
  return limit
}

interface Named {
  name: string
  principal: Principal
}

async function ownerLimit(table: Table, { name, principal }: Named): Promise<KeyLimit> {
  const owner = roleIn(principal, name) === undefined ? undefined : await findOwner(table, name)
  if (owner === undefined) throw errors.ownerNotFound(name)
  return { owner: owner.name }
}

/** Only a repo in one of the user's namespaces, by its current name. */
async function repoLimit(
  table: Table,
  { kind, name, text, principal }: Named & { kind: 'model' | 'dataset'; text: string },
): Promise<KeyLimit> {
  const owner = name.slice(0, name.indexOf('/'))
  const claim =
    roleIn(principal, owner) === undefined
      ? undefined
      : await table.get<{ repoId: string; redirectedAt?: string }>(keys.repoName(kind, name))
  if (claim === undefined || claim.redirectedAt !== undefined) throw errors.repoNotFound(text)
  return { repoId: claim.repoId, repo: text }
}

function isWithin(limit: KeyLimit, owner: string, { limit: held }: Principal): boolean {
  if (held === undefined) return true
  if ('owner' in held) return held.owner.toLowerCase() === owner.toLowerCase()
  return 'repoId' in limit && limit.repoId === held.repoId
}
