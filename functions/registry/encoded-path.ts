/** Where a path holds names that may hold a slash: of refs, and of files. */
const namesWithin = [
  /^(\/api\/v1\/repos\/[^/]+\/[^/]+\/(?:branches|tags)\/)(.+)()$/,
  /^(\/api\/v1\/repos\/[^/]+\/[^/]+\/aliases\/)(.+?)(\/moves)?$/,
  /^(\/api\/v1\/repos\/[^/]+\/[^/]+\/revisions\/)(.+?)(\/manifest|\/files(?:\/.+)?)?$/,
]

/**
 * A path as a URL has it. The HTTP API decodes a path before a Lambda sees it, so that the `%2F` in the name of a branch
 * would look like the end of it. What comes encoded stays as it is.
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
