import { basename } from 'node:path/posix'
import { matchesPattern } from './path-pattern.ts'

/**
 * Which files of a source enter the registry. Formats that run code when they are loaded (pickle and what wraps it)
 * are left out by default; they are never opened here.
 */
export type FileVerdict = { take: true } | { take: false; reason: string }

const pickles = /\.(?:bin|pt|pth|pkl|pickle|joblib|ckpt|dill|npy|npz|mar|nemo|h5|hdf5|keras|ot)$/i
const scripts = /\.(?:py|pyc|sh|bat|exe|dll|so|dylib|jar)$/i

export function judgeFile({ path, include, exclude }: FilePolicyInput): FileVerdict {
  if (include !== undefined && include.length > 0 && !include.some((pattern) => matches(path, pattern)))
    return { take: false, reason: 'not included' }
  if (exclude?.some((pattern) => matches(path, pattern))) return { take: false, reason: 'excluded' }
  if (pickles.test(path)) return { take: false, reason: 'may run code when it is loaded (pickle)' }
  if (scripts.test(path)) return { take: false, reason: 'is a program' }
  return { take: true }
}

export interface FilePolicyInput {
  path: string
  include?: readonly string[] | undefined
  exclude?: readonly string[] | undefined
}

/** A pattern without a slash speaks of the file's name in any folder, as in `.gitignore` and `hf download --include`. */
const matches = (path: string, pattern: string): boolean =>
  matchesPattern(pattern.includes('/') ? path : basename(path), pattern)
