import { inParallel } from '../../shared/in-parallel.ts'
import type { Logger } from '../../shared/log.ts'
import type { DeploymentItem } from '../../shared/table/deployment-item.ts'
import { namesOfRevisions, type RefOfRevision } from './ref-names.ts'

interface KnownRefsOptions {
  /** The refs of a repo: aliases, then branches, then tags. */
  refsOf: (repoId: string) => AsyncIterable<RefOfRevision>
  /** A revision's id at its source. */
  commitOf: (repoId: string, revision: string) => Promise<string | undefined>
  now: () => number
  log: Logger
  /** The maximum age of what is known about a repo. */
  refreshMs?: number
}

interface Known {
  revisions: ReadonlySet<string>
  readAtMs: number
  /** The revision of each name. */
  names: ReadonlyMap<string, string>
}

type Deployed = Pick<DeploymentItem, 'repoId' | 'revision'>

const concurrency = 25
/** Further refs of a repo are ignored. */
const refsMax = 1000

/**
 * Other names of the deployed revisions, as of a moment ago. Read in the background, a few repos at a time, never for a
 * request.
 */
export class KnownRefs {
  readonly #options: Required<KnownRefsOptions>
  readonly #repos = new Map<string, Known>()

  constructor({ refreshMs = 30_000, ...options }: KnownRefsOptions) {
    this.#options = { refreshMs, ...options }
  }

  /** Whether a name means the deployed revision. */
  means({ repoId, revision }: Deployed, ref: string): boolean {
    return this.#repos.get(repoId)?.names.get(ref) === revision
  }

  /** Reads new and outdated repos, the oldest first. Never rejects. */
  async follow(deployed: Iterable<Deployed>): Promise<void> {
    const revisions = revisionsByRepo(deployed)
    for (const repoId of this.#repos.keys()) if (!revisions.has(repoId)) this.#repos.delete(repoId)
    const due = [...revisions]
      .filter((one) => this.#isDue(one))
      .sort(([a], [b]) => this.#readAtMs(a) - this.#readAtMs(b))
    await inParallel(due.slice(0, concurrency), concurrency, (one) => this.#read(one))
  }

  #isDue([repoId, revisions]: [string, ReadonlySet<string>]): boolean {
    const known = this.#repos.get(repoId)
    if (known === undefined || !revisions.isSubsetOf(known.revisions)) return true
    return this.#options.now() - known.readAtMs >= this.#options.refreshMs
  }

  #readAtMs(repoId: string): number {
    return this.#repos.get(repoId)?.readAtMs ?? Number.NEGATIVE_INFINITY
  }

  async #read([repoId, revisions]: [string, ReadonlySet<string>]): Promise<void> {
    const { refsOf, commitOf, now, log } = this.#options
    const readAtMs = now()
    try {
      const refs: RefOfRevision[] = []
      for await (const ref of refsOf(repoId)) {
        refs.push(ref)
        if (refs.length === refsMax) break
      }
      for (const revision of revisions) {
        const name = await commitOf(repoId, revision)
        if (name !== undefined) refs.unshift({ kind: 'commit', name, revision })
      }
      this.#repos.set(repoId, { revisions, readAtMs, names: namesOfRevisions({ refs, revisions }) })
    } catch (error) {
      log.warn({ err: error, repoId }, 'the refs of a deployed repo could not be read')
    }
  }
}

function revisionsByRepo(deployed: Iterable<Deployed>): Map<string, Set<string>> {
  const repos = new Map<string, Set<string>>()
  for (const { repoId, revision } of deployed) repos.set(repoId, (repos.get(repoId) ?? new Set()).add(revision))
  return repos
}
