import type { TableAccess } from '../../shared/table/access.ts'
import { tableDefinition } from '../../shared/table/definition.ts'
import type { ItemKey } from '../../shared/table/keys.ts'
import { absent, type Condition, type Table, type TableQuery, type TransactAction } from '../../shared/table/table.ts'

/** A table that refuses what IAM would refuse: partitions outside the access of a deployable. */
export function guardedTable(table: Table, { reads = [], writes = [], appends = [], lists = [] }: TableAccess): Table {
  const demand = (patterns: readonly string[], partition: string) => {
    if (!patterns.some((pattern) => isLike(partition, pattern)))
      throw new Error(`AccessDenied: ${partition} is none of ${patterns.join(', ')}`)
  }
  const read = (partition: string) => demand([...reads, ...writes], partition)
  const write = ({ pk }: ItemKey) => demand(writes, pk)
  /** An append-only item is put only if absent. */
  const put = (item: ItemKey, condition: Condition | undefined) => {
    if (appends.some((pattern) => isLike(item.pk, pattern)) && condition?.expression === absent.expression) return
    write(item)
  }
  const query = ({ index, expression, values }: TableQuery) => {
    const partition = String(values[/= (:\w+)/.exec(expression)?.[1] ?? ''])
    // The orders of a list are local indexes of the table's own partitions.
    if (index === undefined || localOrders.has(index)) read(partition)
    else demand(lists, partition)
  }
  const act = (action: TransactAction) => {
    if ('check' in action) read(action.check.pk)
    else if ('put' in action) put(action.put, action.condition)
    else write('update' in action ? action.update : action.delete)
  }
  return {
    ...table,
    async get(key, options) {
      read(key.pk)
      return table.get(key, options)
    },
    async put(item, condition) {
      put(item, condition)
      await table.put(item, condition)
    },
    async update(key, change) {
      write(key)
      await table.update(key, change)
    },
    async updated(key, change) {
      write(key)
      return table.updated(key, change)
    },
    async delete(key) {
      write(key)
      await table.delete(key)
    },
    async query(request) {
      query(request)
      return table.query(request)
    },
    async *queryAll<Item>(request: TableQuery) {
      query(request)
      yield* table.queryAll<Item>(request)
    },
    async transact(actions) {
      for (const action of actions) act(action)
      await table.transact(actions)
    },
    async putMany(items) {
      for (const item of items) write(item)
      await table.putMany(items)
    },
    async deleteMany(itemKeys) {
      for (const key of itemKeys) write(key)
      await table.deleteMany(itemKeys)
    },
  }
}

const localOrders = new Set<string>(tableDefinition.orders.map(({ name }) => name))

/** Like IAM's StringLike, in which a star matches anything, including slashes. */
const isLike = (text: string, pattern: string): boolean =>
  pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern
