import type { ObjectAccess } from '../../shared/objects/access.ts'
import type { ObjectStore } from '../../shared/objects/object-store.ts'

/** Objects that refuse what IAM would refuse: bucket folders outside the access of a deployable. */
export function guardedObjects(
  objects: ObjectStore,
  { reads = [], writes = [], deletes = [], seesUploads = false }: ObjectAccess,
): ObjectStore {
  const demand = (folders: readonly string[], key: string) => {
    if (!folders.some((folder) => key.startsWith(`${folder}/`)))
      throw new Error(`AccessDenied: ${key} is in none of ${folders.join(', ')}`)
  }
  /** Checks the keys of a call before running it. */
  const guarded =
    <Request, Answer>(call: (request: Request) => Promise<Answer>, check: (request: NoInfer<Request>) => void) =>
    async (request: Request) => {
      check(request)
      return call(request)
    }
  const { downloadUrl, uploadUrl, uploads } = objects
  const read = ({ key }: { key: string }) => demand(reads, key)
  const write = ({ key }: { key: string }) => demand(writes, key)
  return {
    ...objects,
    head: guarded((request) => objects.head(request), read),
    get: guarded((request) => objects.get(request), read),
    put: guarded((request) => objects.put(request), write),
    copy: guarded(
      (request) => objects.copy(request),
      ({ from, to }) => {
        read({ key: from })
        write({ key: to })
      },
    ),
    delete: guarded(
      (request) => objects.delete(request),
      ({ keys }) => {
        for (const key of keys) demand(deletes, key)
      },
    ),
    ...(downloadUrl && { downloadUrl: guarded((request) => downloadUrl.call(objects, request), read) }),
    ...(uploadUrl && { uploadUrl: guarded((request) => uploadUrl.call(objects, request), write) }),
    uploads: {
      create: guarded((request) => uploads.create(request), write),
      putPart: guarded((request) => uploads.putPart(request), write),
      complete: guarded((request) => uploads.complete(request), write),
      abort: guarded((request) => uploads.abort(request), write),
      open: guarded(
        (request) => uploads.open(request),
        () => {
          if (!seesUploads) throw new Error('AccessDenied: the uploads of others')
        },
      ),
    },
  }
}
