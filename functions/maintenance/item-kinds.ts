import type { ItemKey } from '../../shared/table/keys.ts'

/**
 * Every kind of item that the table holds, and what maintenance does with it. A test fails where `keys.ts` has a kind
 * that is not here: whoever adds one decides here whether it is saved.
 */
interface ItemKind {
  name: string
  /** As a partition key begins. */
  pk: string
  /** As a sort key begins. */
  sk: string
  /**
   * `saved`: in backups. `ended`: in backups once it is over. `work`: of what is under way, or soon over, and made anew.
   * `live`: of what runs and signs now, and goes on doing so when a backup takes the place of the rest.
   */
  backup: 'saved' | 'ended' | 'work' | 'live'
}

const saved = (name: string, pk: string, sk = ''): ItemKind => ({ name, pk, sk, backup: 'saved' })
const work = (name: string, pk: string, sk = ''): ItemKind => ({ name, pk, sk, backup: 'work' })
const live = (name: string, pk: string, sk = ''): ItemKind => ({ name, pk, sk, backup: 'live' })

/** Those of one partition with the longer sort keys first. */
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
  // Sessions are not saved, so that what signs them need not be either: a backup lets nobody make one.
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

/** Partition keys end in a `#` before what tells items of a kind apart, so that no kind begins as another does. */
export const kindOf = ({ pk, sk }: ItemKey): ItemKind | undefined =>
  itemKinds.find((kind) => pk.startsWith(kind.pk) && sk.startsWith(kind.sk))
