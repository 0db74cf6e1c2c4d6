import type { SkippedFile } from '../../../shared/contract/import.ts'
import { type ModelSource, SourceError } from '../../../shared/hf/source.ts'
import { dropFingerprint } from '../../../shared/model/drop-fingerprint.ts'
import { sourceFilesMax } from '../../../shared/model/source.ts'
import { dropMarker, objectKeys } from '../../../shared/objects/keys.ts'
import { listUpTo } from '../../../shared/objects/list-objects.ts'
import { ObjectMissing, type ObjectStore } from '../../../shared/objects/object-store.ts'
import { faults } from '../import-fault.ts'

/** A drop folder as a source: the files below `drop/{owner}/{name}/{version}/`, at one fingerprint. */
export function createDropSource({
  objects,
  repo,
  version,
  leftOutOf,
  bucketAddress = '',
}: DropSourceOptions): ModelSource {
  const prefix = objectKeys.dropFolder(repo, version)
  const address = `${bucketAddress}${prefix}`
  return {
    async list() {
      const { found, isWhole } = await listUpTo({ objects, prefix, limit: sourceFilesMax })
      if (!isWhole)
        throw new SourceError({
          code: 'too_many_files',
          message: `The drop "${address}" has more than ${sourceFilesMax} files. Drop fewer, or pack them.`,
        })
      const files = found.map(({ key, sizeBytes, etag }) => ({ path: key.slice(prefix.length), sizeBytes, etag }))
      const dropped = files.filter(({ path }) => path !== dropMarker)
      const leftOut = (await leftOutOf?.(prefix)) ?? []
      if (dropped.length + leftOut.length === 0) throw faults.emptyDrop({ folder: prefix, address })
      return { revision: dropFingerprint(found), files: dropped, leftOut }
    },

    async open({ file, start, end, signal }) {
      if (file.sizeBytes === 0) return empty()
      try {
        const request = { key: prefix + file.path, range: { start, end } }
        const { body, cancel, sizeBytes, etag } = await objects.get(
          signal === undefined ? request : { ...request, signal },
        )
        if (sizeBytes !== file.sizeBytes || etag !== (file.etag ?? etag)) {
          await cancel()
          throw changed(file.path)
        }
        return body
      } catch (error) {
        // A RangeError means that the file was shortened.
        if (error instanceof ObjectMissing || error instanceof RangeError) throw changed(file.path)
        throw error
      }
    },
  }
}

interface DropSourceOptions {
  objects: ObjectStore
  repo: string
  version: string
  leftOutOf?: LeftOutOf | undefined
  /** The prefix that users write before a bucket key: `s3://models/` or `.slipway/`. */
  bucketAddress?: string | undefined
}

export type LeftOutOf = (folder: string) => Promise<SkippedFile[]>

const changed = (path: string) =>
  new SourceError({
    code: 'source_changed',
    message: `The dropped file "${path}" changed or was removed while it was being read. Write ${dropMarker} again, as the last file.`,
    retryable: false,
    path,
  })

async function* empty(): AsyncGenerator<Uint8Array> {}
