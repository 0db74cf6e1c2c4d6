import { messageOf } from '../../shared/errors.ts'
import { dropRestSeconds } from '../../shared/model/drop-rest.ts'
import { isNewRefName } from '../../shared/model/new-ref-name.ts'
import { isRepoId } from '../../shared/model/repo-id.ts'
import { dropMarker, splitDropKey } from '../../shared/objects/keys.ts'
import { listDrop } from '../../shared/objects/list-drop.ts'
import { plainIssues } from '../../shared/plain-issues.ts'
import { beginImport } from './begin-import.ts'
import type { Drop, DropDependencies } from './dependencies.ts'
import { decodeEventKey, dropMessage } from './drop-message.ts'
import { settleLater, takeLook } from './settle-later.ts'

/** Turns files that appear under `drop/{owner}/{name}/{version}/` into one import, once the folder is complete. */
export async function handleDrop(body: unknown, dependencies: DropDependencies): Promise<void> {
  const message = dropMessage.parse(body, plainIssues)
  if ('settle' in message) return considerDrop(message.settle, dependencies)
  if (!('Records' in message)) return
  for (const { s3 } of message.Records) await fileAppeared(s3.object.key, dependencies)
}

async function fileAppeared(encodedKey: string, dependencies: DropDependencies) {
  const { log, quietSeconds } = dependencies
  const found = parseDrop(encodedKey)
  if ('fault' in found)
    return log.warn({ object: encodedKey }, `dropped file ignored: ${encodedKey.slice(0, 300)}: ${found.fault}`)
  const drop = { repo: found.repo, version: found.version }
  if (found.path !== dropMarker) return settleLater({ drop, delaySeconds: quietSeconds }, dependencies)
  await beginAtRest(drop, dependencies)
}

/** The drop of a key, which may come from anyone who can write to the bucket. */
function parseDrop(encodedKey: string): (Drop & { path: string }) | { fault: string } {
  let key: string
  try {
    key = decodeEventKey(encodedKey)
  } catch (error) {
    return { fault: `its key cannot be decoded (${messageOf(error)})` }
  }
  const parts = splitDropKey(key)
  if (parts === undefined) return { fault: 'a drop is drop/{owner}/{name}/{version}/{file}' }
  const repo = `${parts.owner}/${parts.name}`
  if (!isRepoId(repo)) return { fault: `"${repo}" is not a repo name` }
  if (!isNewRefName(parts.version)) return { fault: `"${parts.version}" is not a version name` }
  return { repo, version: parts.version, path: parts.path }
}

async function considerDrop(look: Drop & { id?: string | undefined }, dependencies: DropDependencies) {
  if (await takeLook(look, dependencies)) await beginAtRest({ repo: look.repo, version: look.version }, dependencies)
}

/** Imports a complete drop, or schedules another look. */
async function beginAtRest(drop: Drop, dependencies: DropDependencies) {
  const { objects, quietSeconds, now } = dependencies
  // A drop with too many files is imported, too, because the import reports that.
  const { found, uploads } = await listDrop({ objects, ...drop })
  const restSeconds = dropRestSeconds({ found, uploads, quietSeconds, now: now() })
  if (restSeconds > 0) return settleLater({ drop, delaySeconds: restSeconds }, dependencies)
  await beginImport({ drop, found }, dependencies)
}
