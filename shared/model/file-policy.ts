import { basename } from 'node:path/posix'
import { compilePattern } from './path-pattern.ts'

/**
 * Which files of a source enter the registry. Formats that run code when they are loaded (pickle and what wraps it)
 * are left out by default; they are never opened here.
 */
export type FileVerdict = { take: true } | { take: false; reason: string }

const pickles = /\.(?:bin|pt|pth|pkl|pickle|joblib|ckpt|dill|npy|npz|mar|nemo|h5|hdf5|keras|ot)$/i
const scripts = /\.(?:py|pyc|sh|bat|exe|dll|so|dylib|jar)$/i

/** Makes the patterns of an import, once, into a judgement of each of its files. */
export function createFilePolicy({ include = [], exclude = [] }: FilePatterns): (path: string) => FileVerdict {
  const included = include.map(matcherOf)
  const excluded = exclude.map(matcherOf)
  return (path) => {
    if (included.length > 0 && !included.some((matches) => matches(path)))
      return { take: false, reason: 'not included' }
    if (excluded.some((matches) => matches(path))) return { take: false, reason: 'excluded' }
    if (pickles.test(path)) return { take: false, reason: 'may run code when it is loaded (pickle)' }
    if (scripts.test(path)) return { take: false, reason: 'is a program' }
    return { take: true }
  }
}

export interface FilePatterns {
  include?: readonly string[] | undefined
  exclude?: readonly string[] | undefined
}

/** A pattern without a slash speaks of the file's name in any folder, as in `.gitignore` and `hf download --include`. */
function matcherOf(pattern: string): (path: string) => boolean {
  const matches = compilePattern(pattern)
  return pattern.includes('/') ? matches : (path) => matches(basename(path))
}
