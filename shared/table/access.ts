import { type ItemKey, keys, lists } from './keys.ts'

/** What one deployable may do with the table, as patterns of partition keys. What it writes it may read too. */
export interface TableAccess {
  reads?: readonly string[]
  writes?: readonly string[]
  /** Partitions of the indexes. */
  lists?: readonly string[]
}

/** Every partition of the kind that a key is of. */
const like = ({ pk }: ItemKey): string => `${pk.slice(0, pk.indexOf('#') + 1)}*`

const apiKeys = like(keys.apiKey(''))
const users = like(keys.userKey('', ''))
const repos = like(keys.repo(''))
const files = like(keys.revisionFile('', '', ''))
const imports = like(keys.import(''))
const importParts = like(keys.importPart('', '', 0))
const claims = like(keys.importClaim('', ''))
const drops = like(keys.drop('', ''))
const deployments = like(keys.deployment(''))

/**
 * Whoever makes API keys reads nothing that strangers wrote, and whoever reads what strangers wrote, be it a model or
 * its card, makes no API key.
 */
export const tableAccess = {
  registry: {
    reads: [apiKeys, repos, files],
    writes: [imports, claims, deployments],
    lists: [lists.repos, lists.imports, lists.deployments],
  },
  hub: { reads: [apiKeys, repos, files], lists: [lists.repos] },
  auth: { writes: [apiKeys, users] },
  ingest: { writes: [imports, importParts, claims, repos, files, drops] },
  drop: { writes: [imports, claims, drops] },
  cleanup: { writes: [imports], lists: [lists.activeImports] },
  inference: { reads: [apiKeys], writes: [deployments], lists: [lists.deployments] },
} satisfies Record<string, TableAccess>
