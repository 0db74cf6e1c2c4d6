const maxPathBytes = 900
const maxSegments = 32

/**
 * Why a path must not enter a revision, or `undefined` where it may. Paths come from drops, archives and other hubs,
 * and become object keys and, in a cache, real files.
 */
export function pathFault(path: string): string | undefined {
  if (path === '') return 'it is empty'
  if (Buffer.byteLength(path) > maxPathBytes) return `it is longer than ${maxPathBytes} bytes`
  if (path !== path.normalize('NFC') || !path.isWellFormed()) return 'it is not normalised Unicode'
  if (hasControlCharacter(path)) return 'it contains a control character'
  if (invisible.test(path)) return 'it contains an invisible character, which makes it look like another name'
  if (path.includes('\\')) return 'it holds a backslash'
  if (path.startsWith('/')) return 'it is absolute'
  if (/^[A-Za-z]:/.test(path)) return 'it begins with a drive letter'
  const segments = path.split('/')
  if (segments.length > maxSegments) return `it is more than ${maxSegments} folders deep`
  if (segments.some((segment) => segment === '')) return 'it has an empty folder name'
  if (segments.some((segment) => segment === '.' || segment === '..')) return 'it leaves its folder ("." or "..")'
  // At any depth: running git in a downloaded folder would execute its hooks.
  if (segments.some((segment) => segment.toLowerCase() === '.git')) return 'it is inside ".git"'
  return undefined
}

/**
 * Characters that reverse the text direction, break lines or have no width. Joiners are allowed, because scripts and
 * emoji need them.
 */
const invisible = /[\p{Bidi_Control}\u200b\u2028\u2029\u2060\ufeff]/u

const hasControlCharacter = (text: string): boolean =>
  [...text].some((character) => {
    const code = character.codePointAt(0) ?? 0
    return code < 0x20 || code === 0x7f || (code >= 0x80 && code < 0xa0)
  })

/** The first two paths that a file system would treat as one file, or as a file and its own folder. */
export function collidingPaths(paths: readonly string[]): [string, string] | undefined {
  const seen = new Map<string, string>()
  // Folding changes lengths, and a folder has to come before its content.
  const all = paths.map((path) => ({ path, folded: foldCase(path) }))
  for (const { path, folded } of all.toSorted((a, b) => a.folded.length - b.folded.length)) {
    const segments = folded.split('/')
    for (let depth = 1; depth <= segments.length; depth++) {
      const other = seen.get(segments.slice(0, depth).join('/'))
      if (other !== undefined) return [other, path]
    }
    seen.set(folded, path)
  }
  return undefined
}

/** Upper case first, because that folds "ß" and "ſ" as a case-insensitive file system does. */
const foldCase = (path: string): string => path.toUpperCase().toLowerCase().normalize('NFC')
