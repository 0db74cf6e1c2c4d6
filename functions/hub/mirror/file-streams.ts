import type { Logger } from '../../../shared/log.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { ObjectMissing, type ObjectStore } from '../../../shared/objects/object-store.ts'
import type { Table } from '../../../shared/table/table.ts'
import type { ByteRange } from '../byte-range.ts'
import { mirrorErrors } from './mirror-errors.ts'
import { onEnd } from './on-end.ts'
import { readSmall } from './read-small.ts'
import type { MirroredFile } from './snapshot.ts'
import { storeLarge } from './store-large.ts'
import type { Upstream } from './upstream.ts'
import { UpstreamCache } from './upstream-cache.ts'
import { verifiedBody } from './verified-body.ts'

/** A file up to this size is read whole before it is sent, by one request for all clients. */
const smallMaxBytes = 8 * 1024 ** 2
/** Small files kept in memory until the import has them: at most this many, of at most the size above. */
const smallFilesMax = 32
const smallLifeMs = 30_000
/** Concurrent streams of large files, in total and of one file. */
const streamsMax = 32
const streamsOfFileMax = 4
/** Remembers this many stored large files until the import has them. */
const storedMax = 10_000

interface SendRequest {
  repo: string
  commit: string
  file: MirroredFile
  range: ByteRange
  signal: AbortSignal
}

export type FileStreams = ReturnType<typeof createFileStreams>

/**
 * Streams files of the upstream Hub. Where this process may write blobs, a complete stream is also stored, so that the
 * import finds it. Of concurrent streams of one file only the first is stored; the others come from the Hub, up to a
 * limit. No client receives a complete file that differs from the Hub's listing.
 */
export function createFileStreams({ table, objects, upstream, log, now }: FileStreamsInput) {
  /** Only a store that is a server has addresses of its own, and there this process may only read. */
  const mayStore = objects.downloadUrl === undefined
  const small = new UpstreamCache<Uint8Array<ArrayBuffer>>({ itemsMax: smallFilesMax, now })
  /** Per repo, because one repo's content is no reason to serve it for another. */
  const stored = new Set<string>()
  const storing = new Set<string>()
  const streams = new Map<string, number>()

  async function openLarge(request: SendRequest): Promise<AsyncIterable<Uint8Array>> {
    const { repo, commit, file, range, signal } = request
    const key = `${repo}@${file.sha256 ?? file.gitSha1}`
    const { sha256, sizeBytes } = file
    const held = sha256 === undefined || !stored.has(key) ? undefined : await openStored(sha256, request)
    if (held !== undefined) return held
    const isWhole = range.start === 0 && range.end === sizeBytes - 1
    const stores = mayStore && isWhole && sha256 !== undefined && !storing.has(key)
    if (stores) storing.add(key)
    try {
      const body = await upstream.open({ repo, commit, file, ...range, signal })
      if (!stores) return isWhole && sha256 !== undefined ? verifiedBody(body, sha256) : body
      const onStored = () => keep(key)
      return onEnd(storeLarge({ table, objects, log, now, repo, sha256, sizeBytes, body, onStored }), () =>
        storing.delete(key),
      )
    } catch (error) {
      if (stores) storing.delete(key)
      throw error
    }
  }

  async function openStored(sha256: string, { range, signal }: SendRequest) {
    try {
      return (await objects.get({ key: objectKeys.blob(sha256), range, signal })).body
    } catch (error) {
      // The blob may have been collected before any revision named it.
      if (error instanceof ObjectMissing) return undefined
      throw error
    }
  }

  function keep(key: string) {
    stored.add(key)
    for (const oldest of stored) {
      if (stored.size <= storedMax) return
      stored.delete(oldest)
    }
  }

  return {
    mayStore,

    async open(request: SendRequest): Promise<ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>> {
      const { repo, file, range } = request
      const key = `${repo}@${file.sha256 ?? file.gitSha1}`
      if (file.sizeBytes <= smallMaxBytes && (mayStore || file.sha256 === undefined)) {
        const content = await small.get({
          key,
          lifeMs: smallLifeMs,
          read: () => readSmall(request, { table, objects, upstream, mayStore, now }),
        })
        return content.slice(range.start, range.end + 1)
      }
      const ofFile = streams.get(key) ?? 0
      const all = [...streams.values()].reduce((sum, count) => sum + count, 0)
      if (ofFile >= streamsOfFileMax || all >= streamsMax) throw mirrorErrors.busy()
      streams.set(key, ofFile + 1)
      const release = () => {
        const left = (streams.get(key) ?? 1) - 1
        if (left > 0) streams.set(key, left)
        else streams.delete(key)
      }
      try {
        return ReadableStream.from(onEnd(await openLarge(request), release))
      } catch (error) {
        release()
        throw error
      }
    },
  }
}

interface FileStreamsInput {
  table: Table
  objects: ObjectStore
  upstream: Upstream
  log: Logger
  now: () => Date
}
