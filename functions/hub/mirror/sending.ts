import type { Logger } from '../../../shared/log.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { ObjectMissing, type ObjectStore } from '../../../shared/objects/object-store.ts'
import type { Table } from '../../../shared/table/table.ts'
import type { ByteRange } from '../byte-range.ts'
import { ended } from './ended.ts'
import { mirrorErrors } from './mirror-errors.ts'
import { proven } from './proven.ts'
import { readSmall } from './read-small.ts'
import { Remembered } from './remembered.ts'
import type { MirroredFile } from './snapshot.ts'
import { storeLarge } from './store-large.ts'
import type { Upstream } from './upstream.ts'

/** Such a file is read whole before any of it is sent, by one request however many ask. */
const smallMaxBytes = 8 * 1024 ** 2
/** Small files in memory, for those who ask again before the import has them: at most so many times the size above. */
const smallFilesMax = 32
const smallLifeMs = 30_000
/** How many large files are being sent at once, and how often one of them. */
const streamsMax = 32
const streamsOfFileMax = 4
/** So many large files are known to be stored, for those who ask again before the import has them. */
const storedMax = 10_000

interface SendRequest {
  /** `owner/name`. */
  repo: string
  commit: string
  file: MirroredFile
  range: ByteRange
  signal: AbortSignal
}

export type Sending = ReturnType<typeof createSending>

/**
 * Sends files of the other Hub. Where this process may write blobs, what is sent whole is stored meanwhile, so that the
 * import finds it. Of several who ask for one large file at once, the first one's is stored, and the others are sent
 * it from the Hub, up to a bound. Nobody gets to the end of a whole file that is not what the Hub listed.
 */
export function createSending({ table, objects, upstream, log, now }: SendingInput) {
  /** Only a store that is a server of its own gives addresses, and there this process may only read. */
  const mayStore = objects.downloadUrl === undefined
  const small = new Remembered<Uint8Array<ArrayBuffer>>({ itemsMax: smallFilesMax, now })
  /** By repo, because what one repo holds is no reason to send it for another. */
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
      if (!stores) return isWhole && sha256 !== undefined ? proven(body, sha256) : body
      const onStored = () => keep(key)
      return ended(storeLarge({ table, objects, log, now, repo, sha256, sizeBytes, body, onStored }), () =>
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
      // What no revision names for long is swept.
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
        return ReadableStream.from(ended(await openLarge(request), release))
      } catch (error) {
        release()
        throw error
      }
    },
  }
}

interface SendingInput {
  table: Table
  objects: ObjectStore
  upstream: Upstream
  log: Logger
  now: () => Date
}
