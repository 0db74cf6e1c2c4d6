import { stat } from 'node:fs/promises'
import { hashFile } from './hash-file.ts'

interface Verified {
  sha256: string
  /** What changes when anybody writes to the file, or puts another in its place. */
  stamp: string
}

/** Enough for thousands of models; whoever is forgotten is hashed once more. */
const countMax = 20_000

/** Files of this machine whose content was read and hashed by this process, and which nobody touched since. */
export class VerifiedFiles {
  readonly #known = new Map<string, Verified>()
  readonly #hash: (path: string) => Promise<string>

  constructor({ hash = hashFile }: { hash?: (path: string) => Promise<string> } = {}) {
    this.#hash = hash
  }

  /** Whether a file holds what it should. It is read only where that is not known yet, or where it was touched. */
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

  /** Takes note of a file that was hashed while it was written. */
  async trust({ path, sha256 }: { path: string; sha256: string }): Promise<void> {
    const stamp = await stampOf(path)
    if (stamp !== undefined) this.#remember(path, { sha256, stamp })
  }

  /** Whether all of them are as they were when they were verified. */
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

/** Of this process: what the cache brought, and what was made of it. */
export const verifiedFiles = new VerifiedFiles()

/** The time of the last change cannot be set by anybody, unlike that of the last write. */
async function stampOf(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined)
  return found && `${found.size} ${found.mtimeNs} ${found.ctimeNs} ${found.ino}`
}
