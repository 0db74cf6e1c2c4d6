import { basename } from 'node:path/posix'
import { compilePattern } from './path-pattern.ts'

/**
 * Which files of a source enter the registry. Formats that can run code when loaded (pickle and its wrappers) are left
 * out by default, and never opened here.
 */
type FileVerdict = { take: true } | { take: false; reason: string }

const refused = [
  { format: /\.(?:bin|pt|pth|pkl|pickle|joblib|ckpt|dill|mar|nemo|ot)$/i, reason: runsCode('pickle') },
  { format: /\.(?:npy|npz)$/i, reason: runsCode('NumPy, which can contain pickled objects') },
  { format: /\.(?:h5|hdf5|keras)$/i, reason: runsCode('HDF5 or Keras, which can contain code') },
  { format: /\.(?:py|pyc|sh|bat|exe|dll|so|dylib|jar)$/i, reason: 'is a program' },
]

/** Compiles an import's patterns once, for all of its files. */
export function createFilePolicy({ include = [], exclude = [] }: FilePatterns): (path: string) => FileVerdict {
  const included = include.map(matcherOf)
  const excluded = exclude.map(matcherOf)
  return (path) => {
    if (included.length > 0 && !included.some((matches) => matches(path)))
      return { take: false, reason: 'not included' }
    if (excluded.some((matches) => matches(path))) return { take: false, reason: 'excluded' }
    const found = refused.find(({ format }) => format.test(path))
    return found === undefined ? { take: true } : { take: false, reason: found.reason }
  }
}

function runsCode(format: string): string {
  return `can run code when it is loaded (${format})`
}

interface FilePatterns {
  include?: readonly string[] | undefined
  exclude?: readonly string[] | undefined
}

/** A pattern without a slash matches the file name in any folder, as in `.gitignore` and `hf download --include`. */
function matcherOf(pattern: string): (path: string) => boolean {
  const matches = compilePattern(pattern)
  return pattern.includes('/') ? matches : (path) => matches(basename(path))
}
