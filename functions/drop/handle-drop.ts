import { messageOf } from '../../shared/errors.ts'
import type { IngestMessage } from '../../shared/ingest/message.ts'
import { startImport } from '../../shared/ingest/start-import.ts'
import type { Logger } from '../../shared/log.ts'
import { dropFingerprint } from '../../shared/model/drop-fingerprint.ts'
import { isRefName, isRepoId } from '../../shared/model/repo-id.ts'
import { dropMarker, objectKeys, splitDropKey } from '../../shared/objects/keys.ts'
import { listObjects } from '../../shared/objects/list-objects.ts'
import type { ObjectStore } from '../../shared/objects/object-store.ts'
import type { Queue } from '../../shared/queue/queue.ts'
import { keys } from '../../shared/table/keys.ts'
import type { Table } from '../../shared/table/table.ts'
import { type DropMessage, decodeEventKey, dropMessage } from './drop-message.ts'

export interface DropDependencies {
  table: Table
  objects: ObjectStore
  ingest: Queue<IngestMessage>
  drops: Queue<DropMessage>
  /** A drop without a marker is complete when nothing in it has changed for so long. */
  quietSeconds: number
  log: Logger
  now: () => Date
}

interface Drop {
  repo: string
  version: string
}

const filesMax = 20_000

/** Turns files that appear under `drop/{owner}/{name}/{version}/` into one import, once the folder is complete. */
export async function handleDrop(body: unknown, dependencies: DropDependencies): Promise<void> {
  const message = dropMessage.parse(body)
  if ('settle' in message) return considerDrop(message.settle, dependencies)
  if (!('Records' in message)) return
  for (const { s3 } of message.Records) await fileAppeared(s3.object.key, dependencies)
}

async function fileAppeared(encodedKey: string, dependencies: DropDependencies) {
  const { log, drops, quietSeconds } = dependencies
  const found = parseDrop(encodedKey)
  if ('fault' in found) return log.warn({ key: encodedKey }, `dropped file left alone: ${found.fault}`)
  const { repo, version, path } = found
  if (path === dropMarker) return beginImport({ repo, version }, dependencies)
  await drops.send({ message: { settle: { repo, version } }, delaySeconds: quietSeconds })
}

/** Which drop a key belongs to. Keys come from whoever may write to the bucket. */
export function parseDrop(encodedKey: string): (Drop & { path: string }) | { fault: string } {
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
  if (!isRefName(parts.version)) return { fault: `"${parts.version}" is not a version name` }
  return { repo, version: parts.version, path: parts.path }
}

/** Looks whether a drop without a marker has come to rest. */
async function considerDrop(drop: Drop, dependencies: DropDependencies) {
  const { objects, drops, quietSeconds, now } = dependencies
  const found = await listObjects({ objects, prefix: objectKeys.dropFolder(drop.repo, drop.version), limit: filesMax })
  if (found.length === 0) return
  const newest = Math.max(...found.map(({ modifiedAt }) => modifiedAt.getTime()))
  const restSeconds = Math.ceil(quietSeconds - (now().getTime() - newest) / 1000)
  if (restSeconds > 0) return drops.send({ message: { settle: drop }, delaySeconds: restSeconds })
  await beginImport(drop, dependencies)
}

async function beginImport(
  { repo, version }: Drop,
  { table, objects, ingest, drops, quietSeconds, log, now }: DropDependencies,
) {
  const prefix = objectKeys.dropFolder(repo, version)
  const found = await listObjects({ objects, prefix, limit: filesMax })
  // A late event of a drop that was taken away again.
  if (found.length === 0) return
  const fingerprint = dropFingerprint(found)
  const last = await table.get<{ fingerprint: string }>(keys.drop(repo, version))
  if (last?.fingerprint === fingerprint) return
  const source = { kind: 's3-drop' as const, repo, version }
  const { item, created } = await startImport({
    table,
    queue: ingest,
    source,
    repo,
    tag: version,
    fingerprint,
    createdBy: 'drop',
    now: now(),
  })
  if (created) log.info({ importId: item.id, repo, version }, `drop found: ${repo} ${version}`)
  // What is dropped during an import is looked at again after it.
  else if (item.fingerprint !== fingerprint)
    await drops.send({ message: { settle: { repo, version } }, delaySeconds: Math.max(1, quietSeconds) })
}
