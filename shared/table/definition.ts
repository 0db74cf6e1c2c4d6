/** The one table, defined once for CDK and the local host. The keys are generic; `keys.ts` defines their content. */
export const tableDefinition = {
  partitionKey: 'pk',
  sortKey: 'sk',
  /** Epoch seconds after which DynamoDB may remove an item; readers check it, too. */
  timeToLiveAttribute: 'expiresAt',
  /** Alternative orders of a list. Local indexes, because they are strongly consistent. */
  orders: [
    { name: 'byName', sortKey: 'nameOrder' },
    { name: 'byUpdated', sortKey: 'updatedOrder' },
    { name: 'byCreated', sortKey: 'createdOrder' },
    { name: 'byDownloads', sortKey: 'downloadsOrder' },
    { name: 'bySize', sortKey: 'sizeOrder' },
  ],
  indexes: [
    /** All items of a kind, in the order people read them: imports by time, deployments by name. */
    { name: 'byList', partitionKey: 'listPk', sortKey: 'listSk' },
    /** The same for one owner or user, because of limited visibility. */
    { name: 'byOwner', partitionKey: 'ownerPk', sortKey: 'ownerSk' },
    /** Sparse: unfinished imports by their last activity, so that a sweep reads only those. */
    { name: 'byActivity', partitionKey: 'activePk', sortKey: 'activeSk' },
  ],
} as const

export type TableIndex =
  | (typeof tableDefinition.indexes)[number]['name']
  | (typeof tableDefinition.orders)[number]['name']
