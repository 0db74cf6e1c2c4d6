import { AppError } from '../errors.ts'
import { keys } from './keys.ts'
import type { Table } from './table.ts'
import { type Counted, countedNames, freeOf, limitOf } from './usage.ts'

/** Limits of owners without limits of their own. */
export interface Quotas extends Record<Counted, number> {
  /** Without a limit, requests are not counted. */
  requestsPerMinute?: number | undefined
}
type QuotaName = keyof Quotas
export const quotaNames = [...countedNames, 'requestsPerMinute'] as const satisfies readonly QuotaName[]

export const defaultQuotas: Quotas = {
  repos: 100_000,
  storedBytes: 100 * 1024 ** 4,
  imports: 100,
  deployments: 1000,
}

interface OwnerUse {
  use: Record<Counted, number>
  /** Limits that an admin set for this owner. */
  own: Partial<Record<QuotaName, number>>
}

export async function readOwnerUse(
  table: Table,
  owner: string,
  { consistent = true }: { consistent?: boolean } = {},
): Promise<OwnerUse> {
  const item = await table.get<Record<string, number>>(keys.usage(owner), { consistent })
  const use = Object.fromEntries(countedNames.map((name) => [name, item?.[name] ?? 0])) as OwnerUse['use']
  const own = Object.fromEntries(quotaNames.flatMap((name) => entry(name, item?.[limitOf(name)])))
  return { use, own }
}

const entry = (name: QuotaName, limit: number | undefined): [QuotaName, number][] =>
  limit === undefined ? [] : [[name, limit]]

/**
 * Sets an owner's own limits; `null` restores the default. The remaining room is computed in the same write, from the
 * current count.
 */
export async function setQuotas(table: Table, owner: string, limits: QuotaChange): Promise<void> {
  const changes = Object.entries(limits).filter(([, limit]) => limit !== undefined) as [QuotaName, number | null][]
  if (changes.length === 0) return
  const sets: string[] = []
  const removes: string[] = []
  const names: Record<string, string> = {}
  const values: Record<string, unknown> = {}
  for (const [name, limit] of changes) {
    names[`#${name}Limit`] = limitOf(name)
    if (limit === null) {
      removes.push(`#${name}Limit`)
      continue
    }
    sets.push(`#${name}Limit = :${name}`)
    values[`:${name}`] = limit
    if (name === 'requestsPerMinute') continue
    sets.push(`#${name}Free = :${name} - if_not_exists(#${name}, :none)`)
    names[`#${name}`] = name
    names[`#${name}Free`] = freeOf(name)
    values[':none'] = 0
  }
  const expression = [clause('SET', sets), clause('REMOVE', removes)].filter((part) => part !== '').join(' ')
  await table.update(keys.usage(owner), {
    expression,
    names,
    ...(Object.keys(values).length > 0 && { values }),
  })
}

type QuotaChange = { [Name in QuotaName]?: number | null | undefined }

const clause = (verb: string, parts: readonly string[]): string =>
  parts.length === 0 ? '' : `${verb} ${parts.join(', ')}`

/** An exceeded quota; the message names its limit and its use. */
export class QuotaExceeded extends AppError {
  constructor({ owner, quota, limit, used, more }: QuotaFacts) {
    super({
      code: 'quota_exceeded',
      status: 403,
      message: `"${owner}" cannot have ${more} more: its quota "${quota}" is ${limit}, of which ${used} is used. ${remedies[quota]}, or ask an admin of the platform for more.`,
      details: { quota, limit, used },
    })
  }
}

interface QuotaFacts {
  owner: string
  quota: Counted
  limit: number
  used: number
  more: number
}

const remedies: Record<Counted, string> = {
  repos: 'Delete a repo',
  storedBytes: 'Delete something and wait until it is collected',
  imports: 'Wait until an import has ended',
  deployments: 'Remove a deployment',
}

/** Explains a refused count. The use it reports was read a moment later. */
export async function quotaExceeded(
  table: Table,
  { owner, what, by, max }: { owner: string; what: Counted; by: number; max: number },
): Promise<QuotaExceeded> {
  const { use, own } = await readOwnerUse(table, owner)
  return new QuotaExceeded({ owner, quota: what, limit: own[what] ?? max, used: use[what], more: by })
}
