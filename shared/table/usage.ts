import { keys } from './keys.ts'
import type { TransactAction } from './table.ts'

/** What is counted of an owner. */
export type Counted = 'repos' | 'storedBytes' | 'imports' | 'deployments'

/**
 * The write that counts something an owner has more or less of, in the transaction that makes it so. More than `max`
 * makes the transaction fail; less is always possible.
 */
export function countUse({ owner, what, by, max }: CountUse): TransactAction {
  const isMore = by > 0 && max !== undefined
  return {
    update: keys.usage(owner),
    change: {
      expression: 'ADD #what :by',
      names: { '#what': what },
      values: { ':by': by, ...(isMore && { ':room': max - by }) },
      // Nothing is less than what is not there, so an owner that has nothing yet is asked for by itself.
      ...(isMore && { condition: max < by ? '#what <= :room' : 'attribute_not_exists(#what) OR #what <= :room' }),
    },
  }
}

interface CountUse {
  owner: string
  what: Counted
  by: number
  /** What the owner may have in all. */
  max?: number
}
