/**
 * The one table, defined once: CDK makes it from this object, and so does the local host. Keys are generic; what they
 * hold is in `keys.ts`.
 */
export const tableDefinition = {
  partitionKey: 'pk',
  sortKey: 'sk',
  /** Epoch seconds after which an item may be removed by DynamoDB; readers filter by it too. */
  timeToLiveAttribute: 'expiresAt',
  indexes: [
    /** Lists of a kind, in the order people read them: repos by name, imports by time, deployments by name. */
    { name: 'byList', partitionKey: 'listPk', sortKey: 'listSk' },
    /** Sparse: only imports that are not finished, by when they last moved, so that a sweep reads only those. */
    { name: 'byActivity', partitionKey: 'activePk', sortKey: 'activeSk' },
  ],
} as const

export type TableIndex = (typeof tableDefinition.indexes)[number]['name']
