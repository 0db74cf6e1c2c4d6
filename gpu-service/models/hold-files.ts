import type { FolderLock } from './folder-lock.ts'
import type { ModelCache, ModelRequest } from './model-cache.ts'
import { verifiedFiles } from './verified-files.ts'

interface HoldFiles<Request extends ModelRequest> {
  cache: Pick<ModelCache, 'hold'>
  revision: string
  /** Those who use the model: all mean the same files. */
  requests: ReadonlySet<Request>
  paths: readonly string[]
  /** Brings the files and makes what is made of them. */
  open: (request: Request) => Promise<unknown>
}

/** The files of a model that is out may have been removed or damaged meanwhile: they are brought and made again. */
export async function holdFiles<Request extends ModelRequest>(asked: HoldFiles<Request>): Promise<FolderLock> {
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

/** From the repo of any who share it: the one that it came from first may be gone. @throws what the last one throws */
async function openAnew<Request extends ModelRequest>({ requests, open }: HoldFiles<Request>): Promise<void> {
  const ofEachRepo = [...new Map([...requests].map((request) => [request.repoId, request])).values()]
  const last = ofEachRepo.pop()
  for (const request of ofEachRepo) {
    try {
      await open(request)
      return
    } catch {
      // The next one may have what this one lacks.
    }
  }
  if (last !== undefined) await open(last)
}
