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

/** Imports a complete drop, unless the same content was already imported. */
export async function beginImport(
  { drop, found }: { drop: Drop; found: readonly ObjectInfo[] },
  dependencies: DropDependencies,
): Promise<void> {
  // A late event of a drop that was deleted again.
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
    // If the owner disappears at this moment, the message comes again and recreates it.
    alsoWrites: (item) => [ownerStands(owner), eventWrite(startEvent(item, now()))],
    now: now(),
  })
  if (started?.created) log.info({ importId: started.item.id, repo, version }, `drop found: ${repo} ${version}`)
  // Looks again after a running import of other content, or once the owner's quota has room.
  else if (started?.item.fingerprint !== fingerprint)
    await settleLater({ drop, delaySeconds: quietSeconds }, dependencies)
}

/** A failed drop is tried again after its marker is written anew. */
const isAskedAgain = ({ state, updatedAt }: DropRecord, found: readonly ObjectInfo[]): boolean =>
  state === 'FAILED' && found.some((file) => isDropMarker(file) && file.modifiedAt > new Date(updatedAt))

/** `undefined` where somebody is importing part of the drop, or the owner has too many imports. */
async function startUnlessOther(request: StartImport) {
  try {
    return await startImport(request)
  } catch (error) {
    if (error instanceof AppError && waits.includes(error.code)) return undefined
    throw error
  }
}

/** No HTTP request was made for it, so the audit event is written here. */
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
