/** The layout of the table: every key of every kind of item, here and nowhere else. */
export interface ItemKey {
  pk: string
  sk: string
}

/** Names are one name whatever their letters' case. */
const folded = (name: string): string => name.toLowerCase()

export type RepoKind = 'model' | 'dataset'

export const keys = {
  /** A user; its keys, its sessions (`FAMILY#`) and its memberships (`MEMBER#`) lie beside it. */
  user: (id: string): ItemKey => ({ pk: `USER#${id}`, sk: 'USER' }),
  /** By its id, among those of its user. */
  userKey: (userId: string, id: string): ItemKey => ({ pk: `USER#${userId}`, sk: `KEY#${id}` }),
  /** That a user belongs to an organisation: between the user's keys and itself, so that one query reads both. */
  membership: (userId: string, owner: string): ItemKey => ({ pk: `USER#${userId}`, sk: `MEMBER#${folded(owner)}` }),
  /** A login and all refresh tokens that came of it. */
  sessionFamily: (userId: string, id: string): ItemKey => ({ pk: `USER#${userId}`, sk: `FAMILY#${id}` }),
  /** By the hash of its secret, as requests come with it. */
  apiKey: (sha256: string): ItemKey => ({ pk: `KEY#${sha256}`, sk: 'KEY' }),
  /** When a key was last used, apart from the key: whoever reads keys may write this and no key. */
  keyUse: (userId: string, id: string): ItemKey => ({ pk: `USES#${userId}`, sk: id }),
  /** The hash of a password, apart from its user: only who checks passwords may read it. */
  password: (userId: string): ItemKey => ({ pk: `PASSWORD#${userId}`, sk: 'PASSWORD' }),
  /** By its hash, as clients send it. */
  refreshToken: (sha256: string): ItemKey => ({ pk: `REFRESH#${sha256}`, sk: 'REFRESH' }),
  /** That there was a first user, who became the admin. */
  firstUser: { pk: 'FIRST#', sk: 'FIRST' },
  /** Holds an e-mail address for one user. */
  email: (email: string): ItemKey => ({ pk: `EMAIL#${folded(email)}`, sk: 'EMAIL' }),
  invitation: (sha256: string): ItemKey => ({ pk: `INVITATION#${sha256}`, sk: 'INVITATION' }),
  /** How often a login failed, by account or by address. */
  loginAttempts: (subject: string): ItemKey => ({ pk: `ATTEMPTS#${subject}`, sk: 'ATTEMPTS' }),
  /** The keys that sign sessions' tokens, by generation. */
  signingKey: (generation: string): ItemKey => ({ pk: 'SIGNING#', sk: generation }),
  /** Their public halves, which whoever verifies a token reads. */
  verifyingKey: (generation: string): ItemKey => ({ pk: 'VERIFYING#', sk: generation }),

  /** A namespace: of a user, or an organisation with its members beside it. */
  owner: (name: string): ItemKey => ({ pk: `OWNER#${folded(name)}`, sk: 'OWNER' }),
  ownerMember: (owner: string, userId: string): ItemKey => ({ pk: `OWNER#${folded(owner)}`, sk: `MEMBER#${userId}` }),
  /** What an owner uses of its quotas. */
  usage: (owner: string): ItemKey => ({ pk: `USAGE#${folded(owner)}`, sk: 'USAGE' }),
  /** How many requests an owner made in one minute, apart from its use: whoever answers requests may write this. */
  requestCount: (owner: string, minute: string): ItemKey => ({ pk: `REQUESTS#${folded(owner)}`, sk: minute }),
  /** That an owner holds a blob, counted once however many of its revisions do. */
  heldBlob: (owner: string, sha256: string): ItemKey => ({ pk: `HELD#${folded(owner)}`, sk: sha256 }),
  /** One thing that was done, below the owner it was done to; `-` where it was nobody's. */
  auditEvent: (owner: string, id: string): ItemKey => ({ pk: `AUDIT#${folded(owner)}`, sk: id }),
  /** What is about to be done, until the audit log tells how it ended. */
  auditIntent: (id: string): ItemKey => ({ pk: `INTENT#${id}`, sk: 'INTENT' }),
  /** What a creation answered, for whoever sends it again with the same `Idempotency-Key`. */
  idempotency: (userId: string, key: string): ItemKey => ({ pk: `ONCE#${userId}#${key}`, sk: 'ONCE' }),

  repo: (repoId: string): ItemKey => ({ pk: `REPO#${repoId}`, sk: 'REPO' }),
  /** Holds a name for one repo; a name that a repo had before leads to it until someone takes it. */
  repoName: (kind: RepoKind, name: string): ItemKey => ({ pk: `NAME#${kind}#${folded(name)}`, sk: 'NAME' }),
  branch: (repoId: string, name: string): ItemKey => ({ pk: `REPO#${repoId}`, sk: `REF#branch#${name}` }),
  tag: (repoId: string, name: string): ItemKey => ({ pk: `REPO#${repoId}`, sk: `REF#tag#${name}` }),
  alias: (repoId: string, name: string): ItemKey => ({ pk: `REPO#${repoId}`, sk: `REF#alias#${name}` }),
  /** What a revision is called where it came from. */
  commit: (repoId: string, id: string): ItemKey => ({ pk: `REPO#${repoId}`, sk: `COMMIT#${id}` }),
  aliasMove: (repoId: string, name: string, id: string): ItemKey => ({
    pk: `REPO#${repoId}`,
    sk: `MOVE#${name}#${id}`,
  }),
  /** The tag that a version is, in the order in which versions were made. */
  version: (repoId: string, number: number): ItemKey => ({
    pk: `REPO#${repoId}`,
    sk: `VERSION#${String(number).padStart(8, '0')}`,
  }),
  /** How many downloads its item does not tell of yet. */
  repoDownloads: (repoId: string): ItemKey => ({ pk: `REPO#${repoId}`, sk: 'DOWNLOADS' }),
  /** That a deployment serves the repo, whoever's it is. */
  repoDeployment: (repoId: string, name: string): ItemKey => ({ pk: `REPO#${repoId}`, sk: `DEPLOYMENT#${name}` }),
  revision: (repoId: string, id: string): ItemKey => ({ pk: `REPO#${repoId}`, sk: `REVISION#${id}` }),
  /** The text of its README.md, apart from it: a revision is read much more often. */
  revisionCard: (repoId: string, id: string): ItemKey => ({ pk: `REPO#${repoId}`, sk: `CARD#${id}` }),
  /** A revision whose files are being written: what is left of it when nobody publishes it. */
  pendingRevision: (repoId: string, id: string): ItemKey => ({ pk: `REPO#${repoId}`, sk: `PENDING#${id}` }),
  revisionFile: (repoId: string, id: string, path: string): ItemKey => ({ pk: `FILES#${repoId}#${id}`, sk: path }),
  /** A repo in one list of repos: `repo-lists.ts` says which there are. */
  repoEntry: (list: string, name: string): ItemKey => ({ pk: `LIST#${list}`, sk: folded(name) }),
  /** An LFS object on its way in from a client of the Hub protocol. */
  upload: (id: string): ItemKey => ({ pk: `UPLOAD#${id}`, sk: 'UPLOAD' }),
  /** What signs the addresses that uploads are sent to and completed at: made on first use, for the hub alone. */
  uploadSecret: { pk: 'UPLOADSECRET#', sk: 'SECRET' },

  /** A blob that no revision named when a collection looked for it: it goes, unless whoever publishes takes it back. */
  condemnedBlob: (sha256: string): ItemKey => ({ pk: `CONDEMNED#${sha256}`, sk: 'CONDEMNED' }),
  /** Counts the collections; in parts, so that publications of different repos do not wait for each other. */
  sweepRound: (part: string): ItemKey => ({ pk: `ROUND#${part}`, sk: 'ROUND' }),
  /** A repo that is gone and whose parts are still being removed. */
  purge: (repoId: string): ItemKey => ({ pk: 'PURGES#', sk: repoId }),
  /** Holds the one maintenance job that runs. */
  maintenanceClaim: { pk: 'MAINTENANCE#', sk: 'CLAIM' },
  maintenanceJob: (id: string): ItemKey => ({ pk: 'MAINTENANCE#', sk: `JOB#${id}` }),
  /** What a maintenance job has found, by its place. */
  maintenanceFinding: (jobId: string, place: string): ItemKey => ({ pk: `FINDINGS#${jobId}`, sk: place }),

  import: (id: string): ItemKey => ({ pk: `IMPORT#${id}`, sk: 'IMPORT' }),
  importDetails: (id: string): ItemKey => ({ pk: `IMPORT#${id}`, sk: 'DETAILS' }),
  importFile: (id: string, path: string): ItemKey => ({ pk: `IMPORT#${id}`, sk: `FILE#${path}` }),
  importPart: (id: string, uploadId: string, partNumber: number): ItemKey => ({
    pk: `IMPORTPARTS#${id}#${uploadId}`,
    sk: String(partNumber).padStart(5, '0'),
  }),
  /** A small file that a mirror stored while it sent it, by git's name of it. */
  mirroredFile: (repo: string, gitSha1: string): ItemKey => ({ pk: `MIRROR#${folded(repo)}`, sk: `FILE#${gitSha1}` }),
  /** A large file that a mirror is storing while it sends it. */
  mirrorStream: (repo: string, sha256: string): ItemKey => ({ pk: `MIRROR#${folded(repo)}`, sk: `STREAM#${sha256}` }),
  /** Holds the import that is bringing a source into a repo now, so that asking twice makes one. */
  importClaim: (repo: string, source: string): ItemKey => ({ pk: `CLAIM#${repo}#${source}`, sk: 'CLAIM' }),
  /** That the manifest of a repo is to be written. */
  owedManifest: (repoId: string): ItemKey => ({ pk: `OWED#${repoId}`, sk: 'MANIFEST' }),
  /** That a revision is to be inspected. */
  owedInspection: (repoId: string, revision: string): ItemKey => ({ pk: `OWED#${repoId}`, sk: `INSPECT#${revision}` }),
  /** What a drop folder held when it was last imported. */
  drop: (repo: string, version: string): ItemKey => ({ pk: `DROP#${repo}#${version}`, sk: 'DROP' }),
  /** The look at a drop folder that is still to come. */
  dropLook: (repo: string, version: string): ItemKey => ({ pk: `DROP#${repo}#${version}`, sk: 'LOOK' }),

  deployment: (name: string): ItemKey => ({ pk: `DEPLOYMENT#${name}`, sk: 'DEPLOYMENT' }),
  replica: (deployment: string, replica: string): ItemKey => ({
    pk: `DEPLOYMENT#${deployment}`,
    sk: `REPLICA#${replica}`,
  }),
  /** How much a deployment answered in one day, as its replicas add it up. `id` tells it from others of its name. */
  deploymentUse: (id: string, day: string): ItemKey => ({ pk: `DEPLOYMENT#${id}`, sk: `USE#${day}` }),
  /** Counts the changes of all deployments, so that replicas see at a glance whether there is anything new. */
  deploymentsVersion: { pk: 'DEPLOYMENT#', sk: 'VERSION' },
  /** That a replica is there, whatever it serves. */
  poolReplica: (pool: string, replica: string): ItemKey => ({ pk: `POOL#${pool}`, sk: `REPLICA#${replica}` }),
  /** What the replicas of a pool run models on. */
  poolDevice: (pool: string): ItemKey => ({ pk: `POOL#${pool}`, sk: 'DEVICE' }),
}

export const lists = {
  imports: 'IMPORTS',
  deployments: 'DEPLOYMENTS',
  activeImports: 'ACTIVE_IMPORTS',
  owedWork: 'OWED_WORK',
  auditIntents: 'AUDIT_INTENTS',
  users: 'USERS',
  owners: 'OWNERS',
  invitations: 'INVITATIONS',
  audit: 'AUDIT',
  /** The partitions of the index byOwner. */
  importsOf: (owner: string) => `IMPORTS#${folded(owner)}`,
  deploymentsOf: (owner: string) => `DEPLOYMENTS#${folded(owner)}`,
  auditOf: (userId: string) => `AUDIT#${userId}`,
}
