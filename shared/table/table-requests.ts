import type { TableIndex } from './definition.ts'
import type { ItemKey } from './keys.ts'

export interface Condition {
  expression: string
  names?: Record<string, string>
  values?: Record<string, unknown>
}

export interface Update {
  expression: string
  condition?: string
  names?: Record<string, string>
  values?: Record<string, unknown>
}

export interface TableQuery {
  index?: TableIndex
  expression: string
  names?: Record<string, string>
  values: Record<string, unknown>
  limit?: number
  descending?: boolean
  consistent?: boolean
  /** The `cursor` of the previous page. */
  startKey?: Record<string, unknown> | undefined
}

export interface Page<Item> {
  items: Item[]
  /** The start of the next page; absent on the last. */
  nextKey?: Record<string, unknown> | undefined
}

export type TransactAction =
  | ({ put: ItemKey & Record<string, unknown> } & { condition?: Condition })
  | { update: ItemKey; change: Update }
  | { check: ItemKey; condition: Condition }
  | { delete: ItemKey; condition?: Condition }

export const absent: Condition = { expression: 'attribute_not_exists(pk)' }
export const present: Condition = { expression: 'attribute_exists(pk)' }
