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
  outbox,
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

/** What a deployable may do with the table, as patterns of partition keys. Write access includes read access. */
export interface TableAccess {
  reads?: readonly string[]
  writes?: readonly string[]
  /** May only add items, never change, remove or read them. */
  appends?: readonly string[]
  /** Partitions of the indexes. */
  lists?: readonly string[]
  scans?: boolean
}

/**
 * The function that creates API keys reads nothing from strangers, and those that read strangers' files or cards cannot
 * create API keys.
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
      // Deployments show the repo's name.
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
    // Deployments that follow an alias move once its revision is inspected.
    writes: [imports, importParts, claims, ...repoParts, ...sweeps, files, drops, uploads, deployments],
    appends: [audit],
  },
  drop: { writes: [owners, imports, claims, drops, usage], appends: [audit] },
  cleanup: {
    writes: [imports, outbox, intents],
    appends: [audit],
    lists: [lists.activeImports, lists.outbox, lists.auditIntents],
  },
  /** It repairs, collects, backs up and restores items of every kind, but reads no stranger's files. */
  maintenance: { writes: everyKind, lists: [lists.activeImports, lists.deploymentsOf('*')], scans: true },
  // For the names of deployed revisions.
  inference: { reads: [...principals, repos], writes: [keyUses, deployments, pools], lists: [lists.deployments] },
} satisfies Record<string, TableAccess>
