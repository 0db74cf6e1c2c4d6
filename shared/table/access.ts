import { lists } from './keys.ts'
import {
  audit,
  claims,
  deployments,
  drops,
  emails,
  everyKind,
  files,
  firstUser,
  importParts,
  imports,
  intents,
  invitations,
  keyUses,
  loginAttempts,
  mirrors,
  names,
  onces,
  owed,
  owners,
  passwords,
  pools,
  principals,
  refreshTokens,
  repoParts,
  repos,
  requests,
  signingKeys,
  sweeps,
  uploadSecret,
  uploads,
  usage,
} from './partitions.ts'

/** What one deployable may do with the table, as patterns of partition keys. What it writes it may read too. */
export interface TableAccess {
  reads?: readonly string[]
  writes?: readonly string[]
  /** Items are put there and never changed or removed, nor, by this alone, read. */
  appends?: readonly string[]
  /** Partitions of the indexes. */
  lists?: readonly string[]
  /** Whether it may read the whole table. */
  scans?: boolean
}

/**
 * Whoever makes API keys reads nothing that strangers wrote, and whoever reads what strangers wrote, be it a model or
 * its card, makes no API key.
 */
export const tableAccess = {
  registry: {
    reads: [...principals, audit, pools],
    writes: [keyUses, owners, ...repoParts, ...sweeps, files, imports, claims, deployments, requests, onces, intents],
    appends: [audit],
    lists: [
      lists.imports,
      lists.importsOf('*'),
      lists.deployments,
      lists.deploymentsOf('*'),
      lists.audit,
      lists.auditOf('*'),
      lists.owners,
    ],
  },
  hub: {
    reads: principals,
    writes: [
      keyUses,
      owners,
      ...repoParts,
      ...sweeps,
      files,
      uploads,
      uploadSecret,
      mirrors,
      imports,
      claims,
      // What they say a repo is called.
      deployments,
      requests,
      intents,
    ],
    appends: [audit],
  },
  auth: {
    reads: [names, usage],
    writes: [
      ...principals,
      keyUses,
      passwords,
      refreshTokens,
      firstUser,
      emails,
      invitations,
      loginAttempts,
      signingKeys,
      owners,
      requests,
      onces,
      intents,
    ],
    appends: [audit],
    lists: [lists.users, lists.invitations, lists.owners],
  },
  ingest: {
    reads: [mirrors, pools],
    // Deployments: those that follow an alias to what is servable only now.
    writes: [imports, importParts, claims, ...repoParts, ...sweeps, files, drops, uploads, deployments],
    appends: [audit],
  },
  drop: { writes: [owners, imports, claims, drops, usage], appends: [audit] },
  cleanup: {
    writes: [imports, owed, intents],
    appends: [audit],
    lists: [lists.activeImports, lists.owedWork, lists.auditIntents],
  },
  /** It mends, collects, saves and brings back every kind of item, and looks into no stranger's file. */
  maintenance: { writes: everyKind, lists: [lists.activeImports, lists.deploymentsOf('*')], scans: true },
  // Repos: for the names of the revisions that are deployed.
  inference: { reads: [...principals, repos], writes: [keyUses, deployments, pools], lists: [lists.deployments] },
} satisfies Record<string, TableAccess>
