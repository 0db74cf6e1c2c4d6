import type { ImportFailure, SkippedFile } from '../contract/import.ts'
import type { ImportState } from '../model/import-state.ts'
import { activity, type Resumes } from './import-activity.ts'
import { keys, lists } from './keys.ts'
import { splitName } from './repo-item.ts'
import { absent, type Page, type Table, type TransactAction } from './table.ts'
import { countUse } from './usage.ts'

export * from './import-files.ts'

export interface ImportItem {
  id: string
  /** The repo's name when the import started. */
  repo: string
  /** The repo's id once the revision is published; before that, the id for a repo that this import creates. */
  repoId: string
  /** Canonical, as `formatSource` writes it. */
  source: string
  state: ImportState
  tag?: string | undefined
  /** For imports that the mirror starts: the upstream Hub, and who may see the result. */
  mirror?: { upstream: string; visibility: 'private' | 'public' } | undefined
  /** The content of the drop, so that the same drop is not imported twice. */
  fingerprint?: string | undefined
  sourceRevision?: string | undefined
  /** Starts once its drop is complete, or at `waitsUntil` if nothing changes before. */
  awaitsDrop?: boolean | undefined
  waitsUntil?: string | undefined
  revision?: string | undefined
  filesTotal: number
  filesDone: number
  bytesTotal: number
  bytesDone: number
  bytesHeld: number
  failure?: ImportFailure | undefined
  /** An earlier import of the same content, whose result this one shares. */
  sameAs?: string | undefined
  /** Present until the import has ended and is cleaned up. */
  activePk?: string | undefined
  activeSk?: string | undefined
  resumes?: Resumes | undefined
  createdAt: string
  /** The last activity, to the minute. */
  updatedAt: string
  createdBy: string
  /** That user's name at the time. */
  createdByName?: string | undefined
}

/** The content of a drop when its last import ended, and how that import ended. */
export interface DropRecord {
  fingerprint: string
  importId: string
  state: ImportState
  updatedAt: string
}

/** The long parts of an import, kept out of the item that every step writes and lists read. */
export interface ImportDetails {
  include?: string[] | undefined
  exclude?: string[] | undefined
  skipped: SkippedFile[]
  /** Problems that its inspection found, and why it cannot be deployed. */
  warnings?: string[] | undefined
  notServed?: string | undefined
}

export const getImport = (table: Table, id: string) => table.get<ImportItem>(keys.import(id))

export async function getImportDetails(table: Table, id: string): Promise<ImportDetails> {
  const found = await table.get<ImportDetails>(keys.importDetails(id))
  const { include, exclude, skipped, warnings, notServed } = found ?? { skipped: [] }
  return { include, exclude, skipped, warnings, notServed }
}

/**
 * The writes of a new import: a claim on its repo and source, whose condition fails where one is running, and its count
 * against the owner's quota, which `endOfImport` releases.
 */
export function importCreation(
  item: ImportItem,
  { details, importsMax }: { details: ImportDetails; importsMax: number | undefined },
): TransactAction[] {
  const order = `${item.createdAt}#${item.id}`
  const { owner } = splitName(item.repo)
  const ofOwner = { ownerPk: lists.importsOf(owner), ownerSk: order }
  const listed = { listPk: lists.imports, listSk: order, ...ofOwner }
  return [
    { put: { ...keys.import(item.id), ...listed, ...activity(item.updatedAt, item.id), ...item }, condition: absent },
    { put: { ...keys.importDetails(item.id), ...details }, condition: absent },
    { put: { ...keys.importClaim(item.repo, item.source), importId: item.id }, condition: absent },
    countUse({ owner, what: 'imports', by: 1, max: importsMax }),
  ]
}

/** The import behind an id, or the earlier one of the same content that it refers to. */
export async function answeringImport(table: Table, id: string): Promise<ImportItem | undefined> {
  const item = await getImport(table, id)
  return item?.sameAs === undefined ? item : ((await getImport(table, item.sameAs)) ?? item)
}

export const claimedImport = async (table: Table, repo: string, source: string): Promise<ImportItem | undefined> => {
  const claim = await table.get<{ importId: string }>(keys.importClaim(repo, source))
  return claim === undefined ? undefined : getImport(table, claim.importId)
}

/** How long an import's work items survive one that was lost, for debugging. */
const workItemLifeSeconds = 30 * 24 * 3600

export const workItemExpiry = (now: Date): number => Math.floor(now.getTime() / 1000) + workItemLifeSeconds

/** Imports, newest first, of all owners or one, after a position by time and id. */
export const listImports = (
  table: Table,
  { owner, before, ...page }: { owner?: string | undefined; limit: number; before?: string | undefined },
): Promise<Page<ImportItem & { listSk: string }>> => {
  const [pk, sk] = owner === undefined ? ['listPk', 'listSk'] : ['ownerPk', 'ownerSk']
  return table.query<ImportItem & { listSk: string }>({
    index: owner === undefined ? 'byList' : 'byOwner',
    expression: `${pk} = :list${before === undefined ? '' : ` AND ${sk} < :before`}`,
    values: {
      ':list': owner === undefined ? lists.imports : lists.importsOf(owner),
      ...(before !== undefined && { ':before': before }),
    },
    descending: true,
    ...page,
  })
}
