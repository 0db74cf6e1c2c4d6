/**
 * The one table, defined once: CDK makes it from this object, and so does the local host. Keys are generic; what they
 * hold is in `keys.ts`.
 */
export const tableDefinition = {
  partitionKey: 'pk',
  sortKey: 'sk',
  /** Epoch seconds after which an item may be removed by DynamoDB; readers filter by it too. */
  timeToLiveAttribute: 'expiresAt',
  /** Orders of one list beside that of its sort key. Local, because they can be read as they were just written. */
  orders: [
    { name: 'byName', sortKey: 'nameOrder' },
    { name: 'byUpdated', sortKey: 'updatedOrder' },
    { name: 'byCreated', sortKey: 'createdOrder' },
    { name: 'byDownloads', sortKey: 'downloadsOrder' },
    { name: 'bySize', sortKey: 'sizeOrder' },
  ],
  indexes: [
    /** Everything of a kind, in the order people read it: imports by time, deployments by name. */
    { name: 'byList', partitionKey: 'listPk', sortKey: 'listSk' },
    /** The same of one owner, or of one user: what only some may see. */
    { name: 'byOwner', partitionKey: 'ownerPk', sortKey: 'ownerSk' },
    /** Sparse: only imports that are not finished, by when they last moved, so that a sweep reads only those. */
    { name: 'byActivity', partitionKey: 'activePk', sortKey: 'activeSk' },
  ],
} as const

export type TableIndex =
  | (typeof tableDefinition.indexes)[number]['name']
  | (typeof tableDefinition.orders)[number]['name']
