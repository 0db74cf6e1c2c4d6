import { type ItemKey, keys } from './keys.ts'

/** The pattern of all partitions like that of a key. */
const like = ({ pk }: ItemKey): string => `${pk.slice(0, pk.indexOf('#') + 1)}*`

const apiKeys = like(keys.apiKey(''))
const users = like(keys.userKey('', ''))
export const keyUses = like(keys.keyUse('', ''))
export const passwords = like(keys.password(''))
export const refreshTokens = like(keys.refreshToken(''))
export const firstUser = like(keys.firstUser)
export const emails = like(keys.email(''))
export const invitations = like(keys.invitation(''))
export const loginAttempts = like(keys.loginAttempts(''))
export const signingKeys = like(keys.signingKey(''))
const verifyingKeys = like(keys.verifyingKey(''))
export const owners = like(keys.owner(''))
export const usage = like(keys.usage(''))
export const requests = like(keys.requestCount('', ''))
export const audit = like(keys.auditEvent('', ''))
export const onces = like(keys.idempotency('', ''))
export const names = like(keys.repoName('model', ''))
export const repos = like(keys.repo(''))
const repoLists = like(keys.repoEntry('', ''))
const held = like(keys.heldBlob('', ''))
export const files = like(keys.revisionFile('', '', ''))
export const uploads = like(keys.upload(''))
export const uploadSecret = like(keys.uploadSecret)
const condemned = like(keys.condemnedBlob(''))
const rounds = like(keys.sweepRound(''))
export const imports = like(keys.import(''))
export const importParts = like(keys.importPart('', '', 0))
export const claims = like(keys.importClaim('', ''))
export const intents = like(keys.auditIntent(''))
export const outbox = like(keys.outboxManifest(''))
export const drops = like(keys.drop('', ''))
export const mirrors = like(keys.mirroredFile('', ''))
export const deployments = like(keys.deployment(''))
export const pools = like(keys.poolReplica('', ''))
const purges = like(keys.purge(''))
const maintenanceJobs = like(keys.maintenanceClaim)
const findings = like(keys.maintenanceFinding('', ''))

/** Everything that creating and changing a repo writes. */
export const repoParts = [repos, names, repoLists, usage, held, outbox]

/** What protects published blobs from collection, see `sweeps.ts`. */
export const sweeps = [rounds, condemned]

/** Everything that restores write and collections remove. */
export const everyKind = [
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
    outbox,
    intents,
    mirrors,
    deployments,
    pools,
    purges,
    maintenanceJobs,
    findings,
  ],
]

/** What verifying a token reads. */
export const principals = [apiKeys, users, verifyingKeys]
