import { errors } from '../../shared/errors.ts'

/** A ref and, on some routes, the path of a file or folder. */
export interface RefPath {
  ref: string
  path: string
}

/** The path after its first `depth` segments, still percent-encoded, because `%2F` differs from `/` here. */
export const rawRest = (url: string, depth: number): string =>
  new URL(url).pathname
    .split('/')
    .slice(depth + 1)
    .join('/')
    .replace(/\/+$/, '')

/** @throws AppError `invalid_request` */
function decodeSegment(raw: string): string {
  try {
    return decodeURIComponent(raw)
  } catch {
    throw errors.invalidRequest('The percent-encoding of the path is invalid.')
  }
}

/** A ref without a path: the rest is the ref, encoded or not. */
export const parseRef = (rest: string): string => decodeSegment(rest)

/**
 * Every way to split `ref/path`, most likely first. Clients encode a file's ref as one segment; JavaScript sends a
 * tree's ref unencoded, so there the longest existing ref wins.
 */
export function refPaths(rest: string, { isRefRaw }: { isRefRaw: boolean }): RefPath[] {
  const segments = rest.split('/').map(decodeSegment)
  const cuts = segments
    .map((_, at) => ({ ref: segments.slice(0, at + 1).join('/'), path: segments.slice(at + 1).join('/') }))
    .filter(({ ref }) => ref.length <= refMaxLength)
  return isRefRaw ? cuts.toReversed() : cuts
}

/** A ref has at most 128 characters, plus an optional `refs/heads/`. */
const refMaxLength = 128 + 'refs/heads/'.length

/** The id of a repo without an owner, which exists on other hubs but not here. */
export function ownerlessRepo(url: string): string | undefined {
  const { pathname } = new URL(url)
  const [, ofModel, ofFile] =
    /^\/(?:api\/models\/([^/]+)(?:\/(?:revision|tree|paths-info|commits)\/.*)?|([^/]+)\/(?:resolve|raw)\/.*)$/s.exec(
      pathname,
    ) ?? []
  const raw = ofModel ?? ofFile
  return raw === undefined ? undefined : decodeSegment(raw)
}
