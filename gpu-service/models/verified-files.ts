import { stat } from 'node:fs/promises'
import { hashFile } from './hash-file.ts'

interface Verified {
  sha256: string
  /** Changes when the file is written or replaced. */
  stamp: string
}

/** Enough for thousands of models; a forgotten file is hashed once more. */
const countMax = 20_000

/** The local files that this process has hashed and that are unmodified since. */
export class VerifiedFiles {
  readonly #known = new Map<string, Verified>()
  readonly #hash: (path: string) => Promise<string>

  constructor({ hash = hashFile }: { hash?: (path: string) => Promise<string> } = {}) {
    this.#hash = hash
  }

  /** Whether a file has the right content. Reads it only if that is unknown, or the file was touched. */
  async holds({ path, sha256 }: { path: string; sha256: string }): Promise<boolean> {
    const stamp = await stampOf(path)
    if (stamp === undefined) return false
    const known = this.#known.get(path)
    if (known?.stamp === stamp) return known.sha256 === sha256
    const found = await this.#hash(path).catch(() => undefined)
    if (found === undefined || (await stampOf(path)) !== stamp) return false
    this.#remember(path, { sha256: found, stamp })
    return found === sha256
  }

  /** Records a file that was hashed while it was written. */
  async trust({ path, sha256 }: { path: string; sha256: string }): Promise<void> {
    const stamp = await stampOf(path)
    if (stamp !== undefined) this.#remember(path, { sha256, stamp })
  }

  /** Whether all of them are unchanged since they were verified. */
  async areUntouched(paths: readonly string[]): Promise<boolean> {
    const stamps = await Promise.all(paths.map(stampOf))
    return paths.every((path, index) => stamps[index] !== undefined && this.#known.get(path)?.stamp === stamps[index])
  }

  #remember(path: string, verified: Verified): void {
    this.#known.delete(path)
    this.#known.set(path, verified)
    const [oldest] = this.#known.keys()
    if (this.#known.size > countMax && oldest !== undefined) this.#known.delete(oldest)
  }
}

/** The process's own set: downloaded files, and those derived from them. */
export const verifiedFiles = new VerifiedFiles()

/** Includes ctime, which unlike mtime cannot be set by a program. */
async function stampOf(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined)
  return found && `${found.size} ${found.mtimeNs} ${found.ctimeNs} ${found.ino}`
}
