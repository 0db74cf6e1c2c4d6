import { type Answer, errorAnswer, fileAnswer } from './answer.ts'
import type { HubSettings } from './hub-settings.ts'
import { entriesOf, type Repo, resolveRef } from './repo.ts'
import { splitRef } from './split-ref.ts'

/** R1: a small file with its bytes, an LFS file as a redirect to another hostname. */
export function answerResolve({ repo, rest, range, settings, isCached = false }: ResolveInput): Answer {
  const { ref, path } = splitRef(repo, rest)
  const commit = resolveRef(repo, ref)
  if (commit === undefined)
    return errorAnswer({ status: 404, code: 'RevisionNotFound', message: `Invalid rev id: ${ref}` })
  const headers = { 'X-Repo-Commit': commit }
  const entry = entriesOf(repo, commit)?.find((one) => one.path === path)
  if (entry === undefined)
    return errorAnswer({ status: 404, code: 'EntryNotFound', message: 'Entry not found', headers })
  const linked = {
    ...headers,
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'no-transform',
    ETag: `"${entry.sha256 ?? entry.gitSha1}"`,
    'X-Linked-ETag': `"${entry.sha256 ?? entry.gitSha1}"`,
    'X-Linked-Size': String(entry.sizeBytes),
  }
  if (entry.sha256 !== undefined) {
    const storagePath = `/${repo.id}/${entry.sha256}/${encodePath(path)}`
    const location = `${settings.storageUrl}${storagePath}?${settings.signer.sign(storagePath)}`
    return { status: 302, headers: { ...linked, Location: location } }
  }
  if (settings.redirectsSmallFiles && !isCached) {
    const location = `/api/resolve-cache/models/${repo.id}/${commit}/${encodePath(path)}?etag=${entry.gitSha1}`
    return { status: 307, headers: { ...linked, Location: location } }
  }
  return fileAnswer({ file: entry.file, sizeBytes: entry.sizeBytes, range, headers: linked })
}

interface ResolveInput {
  repo: Repo
  /** The decoded path after `/resolve/`. */
  rest: string
  range: string | undefined
  settings: HubSettings
  /** Whether the request came through the redirect for small files. */
  isCached?: boolean
}

const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/')
