import { keys } from './keys.ts'
import type { ConditionFailed, TransactAction } from './table.ts'

/** What is counted per owner. */
export const countedNames = ['repos', 'storedBytes', 'imports', 'deployments'] as const
export type Counted = (typeof countedNames)[number]

/**
 * The write that counts something for an owner, in the transaction that creates or removes it. The database refuses to
 * exceed the owner's own limit or else `max`; a decrease always succeeds. Conditions can compare but not add, so an
 * owner with a limit also stores `free`, the limit less the count.
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
  /** The default limit; without it, nothing is refused. */
  max?: number | undefined
}

const withOwnLimit = '(attribute_exists(#limit) AND #free >= :by)'

// A comparison with a missing attribute is false, so an owner without a count needs a condition of its own.
const withinMax = (by: number, max: number): string =>
  max < by ? '#what <= :room' : '(attribute_not_exists(#what) OR #what <= :room)'

/** The attributes of an owner's own limit, and of the room left in it. */
export const limitOf = <Name extends string>(what: Name) => `${what}Limit` as const
export const freeOf = <Name extends string>(what: Name) => `${what}Free` as const

/** Whether a transaction failed on its quota. */
export const failedCount = ({ failed }: ConditionFailed, actions: readonly TransactAction[]): boolean =>
  actions.some((action, at) => failed[at] === true && 'update' in action && action.update.pk.startsWith(usagePrefix))

const usagePrefix = keys.usage('').pk
