import { encodedPath } from '../../shared/http/encoded-path.ts'

/** Paths with names that may contain a slash: refs and files. */
const namesWithin = [
  /^(\/api\/v1\/repos\/[^/]+\/[^/]+\/(?:branches|tags)\/)(.+)()$/,
  /^(\/api\/v1\/repos\/[^/]+\/[^/]+\/aliases\/)(.+?)(\/moves)?$/,
  /^(\/api\/v1\/repos\/[^/]+\/[^/]+\/revisions\/)(.+?)(\/manifest|\/files(?:\/.+)?)?$/,
]

/** A path as in the URL, in which the slash of a branch's name does not look like its end. */
export function encodedNames(rawPath: string): string {
  const path = encodedPath(rawPath)
  for (const pattern of namesWithin) {
    const [, before, name = '', after = ''] = pattern.exec(path) ?? []
    if (before === undefined) continue
    const [, files = '', file] = /^(\/files\/)(.+)$/.exec(after) ?? []
    return `${before}${oneSegment(name)}${file === undefined ? after : `${files}${oneSegment(file)}`}`
  }
  return path
}

const oneSegment = (text: string): string => text.replaceAll('/', '%2F')
