/** The layout of the table: the only place that builds keys of items. */
export interface ItemKey {
  pk: string
  sk: string
}

/** Names are case-insensitive. */
const folded = (name: string): string => name.toLowerCase()

export type RepoKind = 'model' | 'dataset'

export const keys = {
  /** A user, with its keys, sessions (`FAMILY#`) and memberships (`MEMBER#`) in the same partition. */
  user: (id: string): ItemKey => ({ pk: `USER#${id}`, sk: 'USER' }),
  /** A key by its id, among those of its user. */
  userKey: (userId: string, id: string): ItemKey => ({ pk: `USER#${userId}`, sk: `KEY#${id}` }),
  /** A membership, sorted between the user's keys and the user, so that one query reads both. */
  membership: (userId: string, owner: string): ItemKey => ({ pk: `USER#${userId}`, sk: `MEMBER#${folded(owner)}` }),
  /** A login and all refresh tokens derived from it. */
  sessionFamily: (userId: string, id: string): ItemKey => ({ pk: `USER#${userId}`, sk: `FAMILY#${id}` }),
  /** A key by the hash of its secret, which requests present. */
  apiKey: (sha256: string): ItemKey => ({ pk: `KEY#${sha256}`, sk: 'KEY' }),
  /** A key's last use, in a partition of its own so that services may write it without write access to keys. */
  keyUse: (userId: string, id: string): ItemKey => ({ pk: `USES#${userId}`, sk: id }),
  /** A password's hash, in a partition of its own so that only the auth function can read it. */
  password: (userId: string): ItemKey => ({ pk: `PASSWORD#${userId}`, sk: 'PASSWORD' }),
  /** By its hash. */
  refreshToken: (sha256: string): ItemKey => ({ pk: `REFRESH#${sha256}`, sk: 'REFRESH' }),
  /** Marks that the first user, the admin, exists. */
  firstUser: { pk: 'FIRST#', sk: 'FIRST' },
  /** Reserves an e-mail address for one user. */
  email: (email: string): ItemKey => ({ pk: `EMAIL#${folded(email)}`, sk: 'EMAIL' }),
  invitation: (sha256: string): ItemKey => ({ pk: `INVITATION#${sha256}`, sk: 'INVITATION' }),
  /** Failed logins, by account or by address. */
  loginAttempts: (subject: string): ItemKey => ({ pk: `ATTEMPTS#${subject}`, sk: 'ATTEMPTS' }),
  /** The private keys that sign access tokens, by generation. */
  signingKey: (generation: string): ItemKey => ({ pk: 'SIGNING#', sk: generation }),
  /** Their public halves, for every service that verifies tokens. */
  verifyingKey: (generation: string): ItemKey => ({ pk: 'VERIFYING#', sk: generation }),

  /** A namespace of a user or an organisation, with its members in the same partition. */
  owner: (name: string): ItemKey => ({ pk: `OWNER#${folded(name)}`, sk: 'OWNER' }),
  ownerMember: (owner: string, userId: string): ItemKey => ({ pk: `OWNER#${folded(owner)}`, sk: `MEMBER#${userId}` }),
  /** How much of its quotas an owner uses. */
  usage: (owner: string): ItemKey => ({ pk: `USAGE#${folded(owner)}`, sk: 'USAGE' }),
  /** An owner's requests in one minute, in a partition of its own so that every service may write it. */
  requestCount: (owner: string, minute: string): ItemKey => ({ pk: `REQUESTS#${folded(owner)}`, sk: minute }),
  /** Counts a blob once per owner, however many revisions use it. */
  heldBlob: (owner: string, sha256: string): ItemKey => ({ pk: `HELD#${folded(owner)}`, sk: sha256 }),
  /** An audit event, under the affected owner, or `-` for none. */
  auditEvent: (owner: string, id: string): ItemKey => ({ pk: `AUDIT#${folded(owner)}`, sk: id }),
  /** An announced action, until its outcome is recorded. */
  auditIntent: (id: string): ItemKey => ({ pk: `INTENT#${id}`, sk: 'INTENT' }),
  /** The answer to a creation, for repeats with the same `Idempotency-Key`. */
  idempotency: (userId: string, key: string): ItemKey => ({ pk: `ONCE#${userId}#${key}`, sk: 'ONCE' }),

  repo: (repoId: string): ItemKey => ({ pk: `REPO#${repoId}`, sk: 'REPO' }),
  /** Reserves a name for one repo. A repo's former name redirects to it until somebody takes it. */
  repoName: (kind: RepoKind, name: string): ItemKey => ({ pk: `NAME#${kind}#${folded(name)}`, sk: 'NAME' }),
  branch: (repoId: string, name: string): ItemKey => ({ pk: `REPO#${repoId}`, sk: `REF#branch#${name}` }),
  tag: (repoId: string, name: string): ItemKey => ({ pk: `REPO#${repoId}`, sk: `REF#tag#${name}` }),
  alias: (repoId: string, name: string): ItemKey => ({ pk: `REPO#${repoId}`, sk: `REF#alias#${name}` }),
  /** A revision's id at its source. */
  commit: (repoId: string, id: string): ItemKey => ({ pk: `REPO#${repoId}`, sk: `COMMIT#${id}` }),
  aliasMove: (repoId: string, name: string, id: string): ItemKey => ({
    pk: `REPO#${repoId}`,
    sk: `MOVE#${name}#${id}`,
  }),
  /** The tag of a version, by number. */
  version: (repoId: string, number: number): ItemKey => ({
    pk: `REPO#${repoId}`,
    sk: `VERSION#${String(number).padStart(8, '0')}`,
  }),
  /** Downloads that are not yet in the repo's item. */
  repoDownloads: (repoId: string): ItemKey => ({ pk: `REPO#${repoId}`, sk: 'DOWNLOADS' }),
  /** A deployment that serves the repo, of any owner. */
  repoDeployment: (repoId: string, name: string): ItemKey => ({ pk: `REPO#${repoId}`, sk: `DEPLOYMENT#${name}` }),
  revision: (repoId: string, id: string): ItemKey => ({ pk: `REPO#${repoId}`, sk: `REVISION#${id}` }),
  /** The text of a README.md, apart from its revision, which is read much more often. */
  revisionCard: (repoId: string, id: string): ItemKey => ({ pk: `REPO#${repoId}`, sk: `CARD#${id}` }),
  /** A revision whose files are being written, so that an abandoned one can be cleaned up. */
  pendingRevision: (repoId: string, id: string): ItemKey => ({ pk: `REPO#${repoId}`, sk: `PENDING#${id}` }),
  revisionFile: (repoId: string, id: string, path: string): ItemKey => ({ pk: `FILES#${repoId}#${id}`, sk: path }),
  /** A repo in one of the lists in `repo-lists.ts`. */
  repoEntry: (list: string, name: string): ItemKey => ({ pk: `LIST#${list}`, sk: folded(name) }),
  /** An LFS object that a Hub client is uploading. */
  upload: (id: string): ItemKey => ({ pk: `UPLOAD#${id}`, sk: 'UPLOAD' }),
  /** Signs the addresses for sending and completing uploads; created on first use, for the hub function only. */
  uploadSecret: { pk: 'UPLOADSECRET#', sk: 'SECRET' },

  /** A blob that a collection found unused; it is removed unless a publication takes it back. */
  condemnedBlob: (sha256: string): ItemKey => ({ pk: `CONDEMNED#${sha256}`, sk: 'CONDEMNED' }),
  /** Counts collections. Split into parts, so that publications of different repos do not contend. */
  sweepRound: (part: string): ItemKey => ({ pk: `ROUND#${part}`, sk: 'ROUND' }),
  /** A deleted repo whose parts are still being removed. */
  purge: (repoId: string): ItemKey => ({ pk: 'PURGES#', sk: repoId }),
  /** Reserves the one slot for a running maintenance job. */
  maintenanceClaim: { pk: 'MAINTENANCE#', sk: 'CLAIM' },
  maintenanceJob: (id: string): ItemKey => ({ pk: 'MAINTENANCE#', sk: `JOB#${id}` }),
  /** A finding of a maintenance job, by its place. */
  maintenanceFinding: (jobId: string, place: string): ItemKey => ({ pk: `FINDINGS#${jobId}`, sk: place }),

  import: (id: string): ItemKey => ({ pk: `IMPORT#${id}`, sk: 'IMPORT' }),
  importDetails: (id: string): ItemKey => ({ pk: `IMPORT#${id}`, sk: 'DETAILS' }),
  importFile: (id: string, path: string): ItemKey => ({ pk: `IMPORT#${id}`, sk: `FILE#${path}` }),
  importPart: (id: string, uploadId: string, partNumber: number): ItemKey => ({
    pk: `IMPORTPARTS#${id}#${uploadId}`,
    sk: String(partNumber).padStart(5, '0'),
  }),
  /** A small file that a mirror stored while streaming it, by its git hash. */
  mirroredFile: (repo: string, gitSha1: string): ItemKey => ({ pk: `MIRROR#${folded(repo)}`, sk: `FILE#${gitSha1}` }),
  /** A large file that a mirror is storing while streaming it. */
  mirrorStream: (repo: string, sha256: string): ItemKey => ({ pk: `MIRROR#${folded(repo)}`, sk: `STREAM#${sha256}` }),
  /** Reserves a repo and source for one running import, so that starting it twice makes one. */
  importClaim: (repo: string, source: string): ItemKey => ({ pk: `CLAIM#${repo}#${source}`, sk: 'CLAIM' }),
  /** An entry of the outbox: a repo whose manifest has to be written. */
  outboxManifest: (repoId: string): ItemKey => ({ pk: `OWED#${repoId}`, sk: 'MANIFEST' }),
  /** An entry of the outbox: a revision that has to be inspected. */
  outboxInspection: (repoId: string, revision: string): ItemKey => ({
    pk: `OWED#${repoId}`,
    sk: `INSPECT#${revision}`,
  }),
  /** The content of a drop folder when it was last imported. */
  drop: (repo: string, version: string): ItemKey => ({ pk: `DROP#${repo}#${version}`, sk: 'DROP' }),
  /** The next scheduled check of a drop folder. */
  dropLook: (repo: string, version: string): ItemKey => ({ pk: `DROP#${repo}#${version}`, sk: 'LOOK' }),

  deployment: (name: string): ItemKey => ({ pk: `DEPLOYMENT#${name}`, sk: 'DEPLOYMENT' }),
  replica: (deployment: string, replica: string): ItemKey => ({
    pk: `DEPLOYMENT#${deployment}`,
    sk: `REPLICA#${replica}`,
  }),
  /** A deployment's usage in one day, summed over its replicas. `id` tells it from others of the same name. */
  deploymentUse: (id: string, day: string): ItemKey => ({ pk: `DEPLOYMENT#${id}`, sk: `USE#${day}` }),
  /** Counts changes of all deployments, so that replicas detect one with a single read. */
  deploymentsVersion: { pk: 'DEPLOYMENT#', sk: 'VERSION' },
  /** A running replica, whatever it serves. */
  poolReplica: (pool: string, replica: string): ItemKey => ({ pk: `POOL#${pool}`, sk: `REPLICA#${replica}` }),
  /** The device of a pool's replicas. */
  poolDevice: (pool: string): ItemKey => ({ pk: `POOL#${pool}`, sk: 'DEVICE' }),
}

export const lists = {
  imports: 'IMPORTS',
  deployments: 'DEPLOYMENTS',
  activeImports: 'ACTIVE_IMPORTS',
  outbox: 'OWED_WORK',
  auditIntents: 'AUDIT_INTENTS',
  users: 'USERS',
  owners: 'OWNERS',
  invitations: 'INVITATIONS',
  audit: 'AUDIT',
  /** Partitions of the index byOwner. */
  importsOf: (owner: string) => `IMPORTS#${folded(owner)}`,
  deploymentsOf: (owner: string) => `DEPLOYMENTS#${folded(owner)}`,
  auditOf: (userId: string) => `AUDIT#${userId}`,
}
