import { errors } from '../../shared/errors.ts'

/** A ref and, where the route has one, the path of a file or a folder behind it. */
export interface RefPath {
  ref: string
  path: string
}

/** What follows the first `depth` segments of a path, still percent-encoded: `%2F` is not `/` here. */
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
    throw errors.invalidRequest('The path is not well percent-encoded.')
  }
}

/** A ref alone behind its route: encoded or raw, all that is left is the ref. */
export const parseRef = (rest: string): string => decodeSegment(rest)

/**
 * Every way to read `ref/path`, the likeliest first. Clients encode the ref of a file as one segment; JavaScript sends
 * the ref of a tree raw, so there the longest ref that exists is meant.
 */
export function refPaths(rest: string, { isRefRaw }: { isRefRaw: boolean }): RefPath[] {
  const segments = rest.split('/').map(decodeSegment)
  const cuts = segments
    .map((_, at) => ({ ref: segments.slice(0, at + 1).join('/'), path: segments.slice(at + 1).join('/') }))
    .filter(({ ref }) => ref.length <= refMaxLength)
  return isRefRaw ? cuts.toReversed() : cuts
}

/** A ref has at most 128 characters, and may come with `refs/heads/` before it. */
const refMaxLength = 128 + 'refs/heads/'.length

/** The id of a repo without an owner, which other hubs have and Slipway has not. */
export function ownerlessRepo(url: string): string | undefined {
  const { pathname } = new URL(url)
  const [, ofModel, ofFile] =
    /^\/(?:api\/models\/([^/]+)(?:\/(?:revision|tree|paths-info|commits)\/.*)?|([^/]+)\/(?:resolve|raw)\/.*)$/s.exec(
      pathname,
    ) ?? []
  const raw = ofModel ?? ofFile
  return raw === undefined ? undefined : decodeSegment(raw)
}
