import type { FolderLock } from './folder-lock.ts'
import type { ModelCache, ModelRequest } from './model-cache.ts'
import { verifiedFiles } from './verified-files.ts'

interface LockFiles<Request extends ModelRequest> {
  cache: Pick<ModelCache, 'hold'>
  revision: string
  /** The requests of all users of the model; all mean the same files. */
  requests: ReadonlySet<Request>
  paths: readonly string[]
  /** Downloads the files and derives others from them. */
  open: (request: Request) => Promise<unknown>
}

/** Holds a model's files, and restores those that were removed or damaged while it was unloaded. */
export async function lockFiles<Request extends ModelRequest>(asked: LockFiles<Request>): Promise<FolderLock> {
  const { cache, revision, paths } = asked
  const lock = await cache.hold({ revision })
  try {
    if (!(await verifiedFiles.areUntouched(paths))) await openAnew(asked)
    return lock
  } catch (error) {
    lock.release()
    throw error
  }
}

/** Tries the repos of all users, because the first one may have been deleted. @throws the error of the last one */
async function openAnew<Request extends ModelRequest>({ requests, open }: LockFiles<Request>): Promise<void> {
  const ofEachRepo = [...new Map([...requests].map((request) => [request.repoId, request])).values()]
  const last = ofEachRepo.pop()
  for (const request of ofEachRepo) {
    try {
      await open(request)
      return
    } catch {
      // The next repo may have what this one lacks.
    }
  }
  if (last !== undefined) await open(last)
}
