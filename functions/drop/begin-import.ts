import { AppError } from '../../shared/errors.ts'
import { type StartImport, startImport } from '../../shared/ingest/start-import.ts'
import { dropFingerprint } from '../../shared/model/drop-fingerprint.ts'
import { isDropMarker } from '../../shared/objects/keys.ts'
import type { ObjectInfo } from '../../shared/objects/object-store.ts'
import { eventWrite, newEvent } from '../../shared/table/audit.ts'
import type { DropRecord, ImportItem } from '../../shared/table/imports.ts'
import { keys } from '../../shared/table/keys.ts'
import { ensureOrganisation, ownerStands } from '../../shared/table/owners.ts'
import { splitName } from '../../shared/table/repo-item.ts'
import type { Drop, DropDependencies } from './dependencies.ts'
import { settleLater } from './settle-later.ts'

/** Starts the import of a drop that is complete, unless the very same was imported already. */
export async function beginImport(
  { drop, found }: { drop: Drop; found: readonly ObjectInfo[] },
  dependencies: DropDependencies,
): Promise<void> {
  // A late event of a drop that was taken away again.
  if (found.length === 0) return
  const { table, ingest, quietSeconds, importsMax, log, now } = dependencies
  const { repo, version } = drop
  const fingerprint = dropFingerprint(found)
  const last = await table.get<DropRecord>(keys.drop(repo, version))
  if (last?.fingerprint === fingerprint && !isAskedAgain(last, found)) return
  const { owner } = splitName(repo)
  await ensureOrganisation(table, { name: owner, createdBy: 'drop', now: now() })
  const started = await startUnlessOther({
    table,
    queue: ingest,
    source: { kind: 's3-drop', repo, version },
    repo,
    tag: version,
    fingerprint,
    createdBy: 'drop',
    importsMax,
    // Where it went at this moment, having nothing, the message comes again and makes it anew.
    alsoWrites: (item) => [ownerStands(owner), eventWrite(startEvent(item, now()))],
    now: now(),
  })
  if (started?.created) log.info({ importId: started.item.id, repo, version }, `drop found: ${repo} ${version}`)
  // What is dropped during an import is looked at again after it, and what its owner has no place for yet, later.
  else if (started?.item.fingerprint !== fingerprint)
    await settleLater({ drop, delaySeconds: quietSeconds }, dependencies)
}

/** What failed is tried again where its marker was put anew. */
const isAskedAgain = ({ state, updatedAt }: DropRecord, found: readonly ObjectInfo[]): boolean =>
  state === 'FAILED' && found.some((file) => isDropMarker(file) && file.modifiedAt > new Date(updatedAt))

/** `undefined` where someone is importing only some files of the drop, or too much else is on its way to its owner. */
async function startUnlessOther(request: StartImport) {
  try {
    return await startImport(request)
  } catch (error) {
    if (error instanceof AppError && waits.includes(error.code)) return undefined
    throw error
  }
}

/** Nobody asked for it by HTTP, so it is told where it is written. */
const startEvent = ({ id, repo }: ImportItem, now: Date) =>
  newEvent(
    {
      actor: { userId: 'drop' },
      action: 'import.create',
      owner: splitName(repo).owner,
      target: `repos/${repo}/imports/${id}`,
      outcome: { result: 'done' },
    },
    now,
  )

const waits = ['conflict', 'quota_exceeded']
