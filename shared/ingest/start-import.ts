import { randomUUID } from 'node:crypto'
import { errors } from '../errors.ts'
import { isActiveImport } from '../model/import-state.ts'
import { formatSource, type Source } from '../model/source.ts'
import type { Queue } from '../queue/queue.ts'
import {
  claimedImport,
  getImportDetails,
  type ImportDetails,
  type ImportItem,
  importCreation,
} from '../table/imports.ts'
import { quotaExceeded } from '../table/quotas.ts'
import { newRepoId, splitName } from '../table/repo-item.ts'
import { ConditionFailed, type Table, type TransactAction } from '../table/table.ts'
import { failedCount } from '../table/usage.ts'
import type { IngestMessage } from './message.ts'

export interface StartImport {
  table: Table
  queue: Queue<IngestMessage>
  source: Source
  /** The target repo. */
  repo: string
  createdBy: string
  /** The current name of that user. */
  createdByName?: string | undefined
  /** The quota of running imports for owners without one of their own; unlimited where it is absent. */
  importsMax?: number | undefined
  now: Date
  tag?: string | undefined
  include?: string[] | undefined
  exclude?: string[] | undefined
  fingerprint?: string | undefined
  /** Whether it waits until the drop is complete. */
  awaitsDrop?: boolean | undefined
  /** Pins the source to a revision that is already known. */
  sourceRevision?: string | undefined
  mirror?: ImportItem['mirror']
  /** Delays the first step. */
  delaySeconds?: number | undefined
  /** Writes that go into the same transaction as the import. */
  alsoWrites?: (item: ImportItem) => TransactAction[]
}

const triesMax = 5

/**
 * Starts an import, or returns the running one of the same files from the same source into the same repo. @throws
 * AppError `conflict` where one imports other files or under another tag, `quota_exceeded` where its owner has too many
 */
export async function startImport(request: StartImport): Promise<{ item: ImportItem; created: boolean }> {
  const { table, queue, include, exclude, importsMax, alsoWrites = () => [] } = request
  const details: ImportDetails = { include, exclude, skipped: [] }
  const item = newImport(request)
  const creation = [...importCreation(item, { details, importsMax }), ...alsoWrites(item)]
  for (let tries = 1; ; tries++) {
    const conflict = await refusal(() => table.transact(creation))
    if (conflict === undefined) break
    const running = await claimedImport(table, item.repo, item.source)
    if (running !== undefined && isActiveImport(running.state)) {
      await refuseOther({ running, item, details, table })
      return { item: running, created: false }
    }
    if (importsMax !== undefined && failedCount(conflict, creation))
      throw await quotaExceeded(table, { owner: splitName(item.repo).owner, what: 'imports', by: 1, max: importsMax })
    // The other import ended between the two reads, so there is room now.
    if (tries === triesMax) throw conflict
  }
  const message = { step: 'plan', importId: item.id, attempt: 1 } as const
  await queue.send({ message, ...(request.delaySeconds !== undefined && { delaySeconds: request.delaySeconds }) })
  return { item, created: true }
}

async function refuseOther({ running, item, details, table }: Comparison) {
  const { include, exclude } = await getImportDetails(table, running.id)
  const isSame = running.tag === item.tag && isSameSet(include, details.include) && isSameSet(exclude, details.exclude)
  if (isSame) return
  throw errors.conflict(
    `The import ${running.id} is bringing "${item.source}" into "${item.repo}" with other patterns or another tag. Ask again when it has ended.`,
  )
}

interface Comparison {
  running: ImportItem
  item: ImportItem
  details: ImportDetails
  table: Table
}

/** Whether two lists of patterns are equal in any order. */
const isSameSet = (one: readonly string[] = [], other: readonly string[] = []): boolean =>
  new Set(one).symmetricDifference(new Set(other)).size === 0

async function refusal(create: () => Promise<void>): Promise<ConditionFailed | undefined> {
  try {
    await create()
    return undefined
  } catch (error) {
    if (error instanceof ConditionFailed) return error
    throw error
  }
}

function newImport({
  source,
  repo,
  createdBy,
  createdByName,
  now,
  tag,
  fingerprint,
  sourceRevision,
  awaitsDrop,
  mirror,
}: StartImport): ImportItem {
  const at = now.toISOString()
  return {
    id: `imp_${randomUUID().replaceAll('-', '')}`,
    repo,
    repoId: newRepoId(),
    source: formatSource(source),
    state: 'PENDING',
    tag,
    fingerprint,
    sourceRevision,
    ...(awaitsDrop === true && { awaitsDrop }),
    mirror,
    filesTotal: 0,
    filesDone: 0,
    bytesTotal: 0,
    bytesDone: 0,
    bytesHeld: 0,
    createdAt: at,
    updatedAt: at,
    createdBy,
    ...(createdByName !== undefined && { createdByName }),
  }
}
