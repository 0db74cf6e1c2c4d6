import { type DropMessage, encodeEventKey } from '../../functions/drop/drop-message.ts'
import type { Logger } from '../../shared/log.ts'
import { dropMarker, splitDropKey } from '../../shared/objects/keys.ts'
import { listObjects } from '../../shared/objects/list-objects.ts'
import type { ObjectStore } from '../../shared/objects/object-store.ts'
import type { Queue } from '../../shared/queue/queue.ts'

const filesMax = 100_000

/**
 * Polls the drop folder and sends the events that S3 would send for new or changed files, one per dropped version.
 * Polling is more reliable than file system events, which differ between systems and get lost.
 */
export function watchDrops({ objects, drops, intervalMs, log }: WatchOptions): { close(): void } {
  const seen = new Map<string, string>()
  let timer: NodeJS.Timeout | undefined
  let closed = false
  const look = async () => {
    const started = performance.now()
    try {
      await lookOnce({ objects, drops, seen })
    } catch (error) {
      log.error({ err: error }, 'the drop folder could not be read')
    }
    // A slow folder is polled less often, so that polling never fills a core.
    const restMs = Math.max(intervalMs, 20 * (performance.now() - started))
    if (!closed) timer = setTimeout(look, restMs)
  }
  void look()
  return {
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}

interface WatchOptions {
  objects: ObjectStore
  drops: Queue<DropMessage>
  intervalMs: number
  log: Logger
}

async function lookOnce({
  objects,
  drops,
  seen,
}: {
  objects: ObjectStore
  drops: Queue<DropMessage>
  seen: Map<string, string>
}) {
  const found = await listObjects({ objects, prefix: 'drop/', limit: filesMax })
  const changed = new Map<string, string>()
  for (const { key, etag } of found) {
    if (seen.get(key) === etag) continue
    seen.set(key, etag)
    const { owner, name, version, path } = splitDropKey(key) ?? { owner: '', name: '', version: '', path: key }
    const folder = `${owner}/${name}/${version}`
    // The marker represents the whole folder; without one, any of its files does.
    if (path === dropMarker || !changed.has(folder)) changed.set(folder, key)
  }
  const present = new Set(found.map(({ key }) => key))
  for (const key of seen.keys()) if (!present.has(key)) seen.delete(key)
  for (const key of changed.values())
    await drops.send({ message: { Records: [{ s3: { object: { key: encodeEventKey(key) } } }] } })
}
