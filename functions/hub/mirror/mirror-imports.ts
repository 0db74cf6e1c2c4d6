import type { Principal } from '../../../shared/auth/principal.ts'
import { AppError } from '../../../shared/errors.ts'
import type { IngestMessage } from '../../../shared/ingest/message.ts'
import { startImport } from '../../../shared/ingest/start-import.ts'
import type { Logger } from '../../../shared/log.ts'
import { isRefName, isRevisionId } from '../../../shared/model/repo-id.ts'
import type { Queue } from '../../../shared/queue/queue.ts'
import { getImport } from '../../../shared/table/imports.ts'
import { ownerStands } from '../../../shared/table/owners.ts'
import { splitName } from '../../../shared/table/repo-item.ts'
import type { Table } from '../../../shared/table/table.ts'
import { ensureMirrorOwner } from './mirror-owner.ts'
import type { Snapshot } from './snapshot.ts'
import type { Upstream } from './upstream.ts'

/** Leaves a client that fetches a whole repo time to bring it in by itself. */
const planDelaySeconds = 5
/** How often a started import is checked to be still running. */
const lookMs = 15_000
/** How long a failed import is not started again, however often its files are read. */
const failedRestMs = 10 * 60_000
const startedMax = 2000

export type MirrorImports = ReturnType<typeof createMirrorImports>

/** Starts the imports of what was read through the mirror: one per commit, however many clients read it. */
export function createMirrorImports({ table, queue, importsMax, upstream, log, now }: MirrorImportsInput) {
  const started = new Map<string, { importId: string; lookAtMs: number }>()

  async function isCared(key: string): Promise<boolean> {
    const known = started.get(key)
    if (known === undefined) return false
    const nowMs = now().getTime()
    if (nowMs < known.lookAtMs) return true
    const item = await getImport(table, known.importId)
    const failedMs = item?.state === 'FAILED' ? Date.parse(item.updatedAt) : undefined
    const restsUntilMs = failedMs === undefined ? undefined : failedMs + failedRestMs
    // It was imported and deleted again, and somebody wants it once more.
    if (item === undefined || item.state === 'READY' || (restsUntilMs ?? Number.POSITIVE_INFINITY) <= nowMs)
      return false
    known.lookAtMs = Math.min(restsUntilMs ?? Number.POSITIVE_INFINITY, nowMs + lookMs)
    return true
  }

  async function begin({ snapshot, ref, principal }: BeginInput) {
    const { repo, commit, isPublic } = snapshot
    const key = `${repo.toLowerCase()}@${commit}`
    if (await isCared(key)) return
    const { owner } = splitName(repo)
    const at = now()
    if (!(await ensureMirrorOwner({ table, owner, upstream: upstream.endpoint, principal, now: at }))) return
    const { item } = await startImport({
      table,
      queue,
      source: { kind: 'hf', repo, ref: await branchAt({ repo, ref, commit }) },
      repo,
      createdBy: principal.userId,
      createdByName: principal.username,
      importsMax,
      now: at,
      // Pinned, because the visibility was checked for this commit.
      sourceRevision: commit,
      mirror: { upstream: upstream.endpoint, visibility: isPublic ? 'public' : 'private' },
      delaySeconds: planDelaySeconds,
      // A collection may be removing the namespace, having found it empty.
      alsoWrites: () => [ownerStands(owner)],
    })
    started.set(key, { importId: item.id, lookAtMs: at.getTime() + lookMs })
    for (const [oldest] of started) {
      if (started.size <= startedMax) break
      started.delete(oldest)
    }
  }

  /** Clients request files by commit, mostly the current one of main. */
  async function branchAt({ repo, ref, commit }: { repo: string; ref: string; commit: string }): Promise<string> {
    if (!isRevisionId(ref)) return isRefName(ref) ? ref : commit
    const main = await upstream.snapshot({ repo, ref: 'main' }).catch(() => undefined)
    return main?.commit === commit ? 'main' : commit
  }

  return {
    /** Never throws, because a read succeeds whether or not it can be stored. */
    async begin(input: BeginInput): Promise<void> {
      try {
        await begin(input)
      } catch (error) {
        const isExpected = error instanceof AppError && error.status < 500
        log[isExpected ? 'info' : 'error']({ err: error, repo: input.snapshot.repo }, 'what is mirrored is not stored')
      }
    },
  }
}

interface MirrorImportsInput {
  table: Table
  queue: Queue<IngestMessage>
  /** The quota of running imports. */
  importsMax: number
  upstream: Upstream
  log: Logger
  now: () => Date
}

interface BeginInput {
  snapshot: Snapshot
  /** The requested ref. */
  ref: string
  principal: Principal
}
