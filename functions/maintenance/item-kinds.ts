import type { ItemKey } from '../../shared/table/keys.ts'

/**
 * Every kind of item in the table, and what maintenance does with it. A test fails for a kind of `keys.ts` that is
 * missing here, so that whoever adds one decides whether it is saved.
 */
interface ItemKind {
  name: string
  /** The prefix of the partition key. */
  pk: string
  /** The prefix of the sort key. */
  sk: string
  /**
   * `saved`: in backups. `ended`: in backups once it has ended. `work`: belongs to running work, which recreates it.
   * `live`: in use by what runs and signs now, and kept when a backup replaces the rest.
   */
  backup: 'saved' | 'ended' | 'work' | 'live'
}

const saved = (name: string, pk: string, sk = ''): ItemKind => ({ name, pk, sk, backup: 'saved' })
const work = (name: string, pk: string, sk = ''): ItemKind => ({ name, pk, sk, backup: 'work' })
const live = (name: string, pk: string, sk = ''): ItemKind => ({ name, pk, sk, backup: 'live' })

/** Within a partition, longer sort keys come first. */
export const itemKinds: readonly ItemKind[] = [
  work('session family', 'USER#', 'FAMILY#'),
  saved('user key', 'USER#', 'KEY#'),
  saved('membership', 'USER#', 'MEMBER#'),
  saved('user', 'USER#', 'USER'),
  saved('api key', 'KEY#', 'KEY'),
  saved('key use', 'USES#'),
  saved('password', 'PASSWORD#', 'PASSWORD'),
  work('refresh token', 'REFRESH#', 'REFRESH'),
  saved('first user', 'FIRST#', 'FIRST'),
  saved('e-mail', 'EMAIL#', 'EMAIL'),
  saved('invitation', 'INVITATION#', 'INVITATION'),
  work('login attempts', 'ATTEMPTS#', 'ATTEMPTS'),
  // Sessions are not saved, so neither are the keys that sign them: nobody can forge one from a backup.
  live('signing key', 'SIGNING#'),
  live('verifying key', 'VERIFYING#'),
  saved('owner member', 'OWNER#', 'MEMBER#'),
  saved('owner', 'OWNER#', 'OWNER'),
  saved('usage', 'USAGE#', 'USAGE'),
  work('request count', 'REQUESTS#'),
  saved('held blob', 'HELD#'),
  saved('audit event', 'AUDIT#'),
  work('idempotency', 'ONCE#', 'ONCE'),
  saved('repo', 'REPO#', 'REPO'),
  saved('branch', 'REPO#', 'REF#branch#'),
  saved('tag', 'REPO#', 'REF#tag#'),
  saved('alias', 'REPO#', 'REF#alias#'),
  saved('commit', 'REPO#', 'COMMIT#'),
  saved('alias move', 'REPO#', 'MOVE#'),
  saved('revision', 'REPO#', 'REVISION#'),
  saved('revision card', 'REPO#', 'CARD#'),
  saved('version', 'REPO#', 'VERSION#'),
  saved('repo downloads', 'REPO#', 'DOWNLOADS'),
  saved('repo deployment', 'REPO#', 'DEPLOYMENT#'),
  work('pending revision', 'REPO#', 'PENDING#'),
  saved('repo name', 'NAME#', 'NAME'),
  saved('revision file', 'FILES#'),
  saved('repo entry', 'LIST#'),
  work('mirrored file', 'MIRROR#', 'FILE#'),
  work('mirror stream', 'MIRROR#', 'STREAM#'),
  work('upload', 'UPLOAD#', 'UPLOAD'),
  live('upload secret', 'UPLOADSECRET#', 'SECRET'),
  work('condemned blob', 'CONDEMNED#', 'CONDEMNED'),
  live('sweep round', 'ROUND#', 'ROUND'),
  work('purge', 'PURGES#'),
  live('maintenance claim', 'MAINTENANCE#', 'CLAIM'),
  live('maintenance job', 'MAINTENANCE#', 'JOB#'),
  live('maintenance finding', 'FINDINGS#'),
  { name: 'import', pk: 'IMPORT#', sk: 'IMPORT', backup: 'ended' },
  { name: 'import details', pk: 'IMPORT#', sk: 'DETAILS', backup: 'ended' },
  work('import file', 'IMPORT#', 'FILE#'),
  work('import part', 'IMPORTPARTS#'),
  work('import claim', 'CLAIM#', 'CLAIM'),
  work('audit intent', 'INTENT#', 'INTENT'),
  live('owed manifest', 'OWED#', 'MANIFEST'),
  live('owed inspection', 'OWED#', 'INSPECT#'),
  saved('drop', 'DROP#', 'DROP'),
  work('drop look', 'DROP#', 'LOOK'),
  saved('deployment', 'DEPLOYMENT#', 'DEPLOYMENT'),
  live('replica', 'DEPLOYMENT#', 'REPLICA#'),
  live('deployment use', 'DEPLOYMENT#', 'USE#'),
  live('deployments version', 'DEPLOYMENT#', 'VERSION'),
  live('pool replica', 'POOL#', 'REPLICA#'),
  live('pool device', 'POOL#', 'DEVICE'),
]

/** Every prefix ends in `#`, so that no kind's prefix begins with another's. */
export const kindOf = ({ pk, sk }: ItemKey): ItemKind | undefined =>
  itemKinds.find((kind) => pk.startsWith(kind.pk) && sk.startsWith(kind.sk))
