import { type ItemKey, keys, lists } from './keys.ts'

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

/** Every partition of the kind that a key is of. */
const like = ({ pk }: ItemKey): string => `${pk.slice(0, pk.indexOf('#') + 1)}*`

const apiKeys = like(keys.apiKey(''))
const users = like(keys.userKey('', ''))
const keyUses = like(keys.keyUse('', ''))
const passwords = like(keys.password(''))
const refreshTokens = like(keys.refreshToken(''))
const firstUser = like(keys.firstUser)
const emails = like(keys.email(''))
const invitations = like(keys.invitation(''))
const loginAttempts = like(keys.loginAttempts(''))
const signingKeys = like(keys.signingKey(''))
const verifyingKeys = like(keys.verifyingKey(''))
const owners = like(keys.owner(''))
const usage = like(keys.usage(''))
const requests = like(keys.requestCount('', ''))
const audit = like(keys.auditEvent('', ''))
const onces = like(keys.idempotency('', ''))
const names = like(keys.repoName('model', ''))
const repos = like(keys.repo(''))
const repoLists = like(keys.repoEntry('', ''))
const held = like(keys.heldBlob('', ''))
const files = like(keys.revisionFile('', '', ''))
const uploads = like(keys.upload(''))
const uploadSecret = like(keys.uploadSecret)
const condemned = like(keys.condemnedBlob(''))
const rounds = like(keys.sweepRound(''))
const imports = like(keys.import(''))
const importParts = like(keys.importPart('', '', 0))
const claims = like(keys.importClaim('', ''))
const intents = like(keys.auditIntent(''))
const owed = like(keys.owedManifest(''))
const drops = like(keys.drop('', ''))
const mirrors = like(keys.mirroredFile('', ''))
const deployments = like(keys.deployment(''))
const pools = like(keys.poolReplica('', ''))
const purges = like(keys.purge(''))
const maintenanceJobs = like(keys.maintenanceClaim)
const findings = like(keys.maintenanceFinding('', ''))

/** What a repo is made and changed with. */
const repoParts = [repos, names, repoLists, usage, held, owed]

/** What keeps a blob that is published from being collected: `sweeps.ts`. */
const sweeps = [rounds, condemned]

/** What restores bring back, and collections remove. */
const everyKind = [
  ...[apiKeys, users, keyUses, passwords, refreshTokens, firstUser, emails, invitations, loginAttempts, signingKeys],
  ...[
    verifyingKeys,
    owners,
    usage,
    requests,
    audit,
    onces,
    names,
    repos,
    repoLists,
    held,
    files,
    uploads,
    uploadSecret,
  ],
  ...[
    condemned,
    rounds,
    imports,
    importParts,
    claims,
    drops,
    owed,
    intents,
    mirrors,
    deployments,
    pools,
    purges,
    maintenanceJobs,
    findings,
  ],
]

/** What a token is verified with. */
const principals = [apiKeys, users, verifyingKeys]

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
