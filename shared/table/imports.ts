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
  /** The name that the repo had when the import was started. */
  repo: string
  /** The repo's id, once the revision is published; before that, the one it gets where this import makes it. */
  repoId: string
  /** Canonical, as `formatSource` writes it. */
  source: string
  state: ImportState
  tag?: string | undefined
  /** Where the mirror started it: the Hub that is read, and who may see what it brings. */
  mirror?: { upstream: string; visibility: 'private' | 'public' } | undefined
  /** What the source held when a drop was imported, so that the same drop is not imported again. */
  fingerprint?: string | undefined
  sourceRevision?: string | undefined
  /** Begins once its drop is complete, at `waitsUntil` where nothing of it changes before. */
  awaitsDrop?: boolean | undefined
  waitsUntil?: string | undefined
  revision?: string | undefined
  filesTotal: number
  filesDone: number
  bytesTotal: number
  bytesDone: number
  bytesHeld: number
  failure?: ImportFailure | undefined
  /** The import that had brought in the very same before, and answers for this one. */
  sameAs?: string | undefined
  /** There until the import has ended and nothing of its work is left. */
  activePk?: string | undefined
  activeSk?: string | undefined
  resumes?: Resumes | undefined
  createdAt: string
  /** When it moved last, to the minute. */
  updatedAt: string
  createdBy: string
  /** What that user was called then. */
  createdByName?: string | undefined
}

/** What a drop held when an import of all of it ended, and how that ended. */
export interface DropRecord {
  fingerprint: string
  importId: string
  state: ImportState
  updatedAt: string
}

/** What an import is told and finds at length, beside the item that every part of it writes to and lists read. */
export interface ImportDetails {
  include?: string[] | undefined
  exclude?: string[] | undefined
  skipped: SkippedFile[]
  /** What its inspection found to be wrong, and why it cannot be deployed as it is. */
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
 * The writes of a new import: the claim on its repo and source, whose condition fails where one is under way, and its
 * count among those that its owner runs at once, which `endOfImport` gives back.
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

/** The import that answers for an id: the one before, where that had brought in the very same. */
export async function answeringImport(table: Table, id: string): Promise<ImportItem | undefined> {
  const item = await getImport(table, id)
  return item?.sameAs === undefined ? item : ((await getImport(table, item.sameAs)) ?? item)
}

export const claimedImport = async (table: Table, repo: string, source: string): Promise<ImportItem | undefined> => {
  const claim = await table.get<{ importId: string }>(keys.importClaim(repo, source))
  return claim === undefined ? undefined : getImport(table, claim.importId)
}

/** How long the items of an import's work outlive it where it is lost, in case someone looks at them. */
const workItemLifeSeconds = 30 * 24 * 3600

export const workItemExpiry = (now: Date): number => Math.floor(now.getTime() / 1000) + workItemLifeSeconds

/** Imports, newest first, everybody's or those of one owner; from where a page before ended, by time and id. */
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
