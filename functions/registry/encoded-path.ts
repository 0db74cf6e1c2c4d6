/** Paths with names that may contain a slash: refs and files. */
const namesWithin = [
  /^(\/api\/v1\/repos\/[^/]+\/[^/]+\/(?:branches|tags)\/)(.+)()$/,
  /^(\/api\/v1\/repos\/[^/]+\/[^/]+\/aliases\/)(.+?)(\/moves)?$/,
  /^(\/api\/v1\/repos\/[^/]+\/[^/]+\/revisions\/)(.+?)(\/manifest|\/files(?:\/.+)?)?$/,
]

/**
 * A path as in the URL. The HTTP API decodes paths before a Lambda sees them, so that a `%2F` in a branch's name would
 * look like its end. Encoded characters stay.
 */
export function encodedPath(rawPath: string): string {
  const path = rawPath.replaceAll(/[?#]|%(?![0-9a-f]{2})/gi, encodeURIComponent)
  for (const pattern of namesWithin) {
    const [, before, name = '', after = ''] = pattern.exec(path) ?? []
    if (before === undefined) continue
    const [, files = '', file] = /^(\/files\/)(.+)$/.exec(after) ?? []
    return `${before}${oneSegment(name)}${file === undefined ? after : `${files}${oneSegment(file)}`}`
  }
  return path
}

const oneSegment = (text: string): string => text.replaceAll('/', '%2F')
