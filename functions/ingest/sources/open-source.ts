import { createHfSource } from '../../../shared/hf/hf.ts'
import type { ModelSource } from '../../../shared/hf/source.ts'
import { tokenFor } from '../../../shared/hf/token-for.ts'
import { parseSource } from '../../../shared/model/source.ts'
import type { ObjectStore } from '../../../shared/objects/object-store.ts'
import type { ImportItem } from '../../../shared/table/imports.ts'
import { createDropSource, type LeftOutOf } from './drop.ts'

interface SourceOpenerOptions {
  objects: ObjectStore
  hfEndpoint: string
  /** Sent to the Hub endpoint only. */
  hfToken: string | undefined
  /** Entries of a drop folder that are no files, where the store can have such. */
  leftOutOf?: LeftOutOf
  /** The prefix that users write before a bucket key: `s3://models/` or `.slipway/`. */
  bucketAddress: string
}

/** Opens an import's source. A pinned revision is listed again, never a newer one. */
export const sourceOpener =
  ({ objects, hfEndpoint, hfToken, leftOutOf, bucketAddress }: SourceOpenerOptions) =>
  (item: ImportItem): ModelSource => {
    const endpoint = item.mirror?.upstream ?? hfEndpoint
    const token = tokenFor(endpoint, { hfEndpoint, hfToken })
    const source = parseSource(item.source)
    if (source.kind === 's3-drop')
      return createDropSource({ objects, repo: source.repo, version: source.version, leftOutOf, bucketAddress })
    const ref = item.sourceRevision ?? source.ref
    return createHfSource({
      endpoint,
      repo: source.repo,
      ref,
      ...(token !== undefined && { token }),
    })
  }
