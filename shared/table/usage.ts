import { keys } from './keys.ts'
import type { ConditionFailed, TransactAction } from './table.ts'

/** What is counted of an owner. */
export const countedNames = ['repos', 'storedBytes', 'imports', 'deployments'] as const
export type Counted = (typeof countedNames)[number]

/**
 * The write that counts something an owner has more or less of, in the transaction that makes it so. The database
 * itself refuses more than the owner's own limit, or, where it has none, than `max`; less is always possible.
 *
 * An owner's own limit stands beside the count, and with it what is free of it, because a condition can compare but not
 * add: `free` is the limit less the count as long as there is a limit, whoever writes.
 */
export function countUse({ owner, what, by, max }: CountUse): TransactAction {
  const isLimited = by > 0 && max !== undefined
  return {
    update: keys.usage(owner),
    change: {
      expression: 'ADD #what :by, #free :less',
      names: { '#what': what, '#free': freeOf(what), ...(isLimited && { '#limit': limitOf(what) }) },
      values: { ':by': by, ':less': -by, ...(isLimited && { ':room': max - by }) },
      ...(isLimited && { condition: `${withOwnLimit} OR (attribute_not_exists(#limit) AND ${withinMax(by, max)})` }),
    },
  }
}

interface CountUse {
  owner: string
  what: Counted
  by: number
  /** What owners may have in all for whom nobody set a limit; without it, nothing is refused. */
  max?: number | undefined
}

const withOwnLimit = '(attribute_exists(#limit) AND #free >= :by)'

// Nothing is less than what is not there, so an owner that has nothing yet is asked for by itself.
const withinMax = (by: number, max: number): string =>
  max < by ? '#what <= :room' : '(attribute_not_exists(#what) OR #what <= :room)'

/** Where the limit of an owner stands that an admin set for it alone, and what is free of that. */
export const limitOf = <Name extends string>(what: Name) => `${what}Limit` as const
export const freeOf = <Name extends string>(what: Name) => `${what}Free` as const

/** Whether a transaction failed because an owner may have no more of what it counts. */
export const failedCount = ({ failed }: ConditionFailed, actions: readonly TransactAction[]): boolean =>
  actions.some((action, at) => failed[at] === true && 'update' in action && action.update.pk.startsWith(usagePrefix))

const usagePrefix = keys.usage('').pk
