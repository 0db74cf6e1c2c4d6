import * as z from 'zod'
import { openHf } from '../../../shared/hf/hf-open.ts'
import type { HfConnection } from '../../../shared/hf/hf-request.ts'
import type { SourceFile } from '../../../shared/hf/source.ts'
import { isRevisionId } from '../../../shared/model/repo-id.ts'
import { asAppError } from './mirror-errors.ts'
import { readFile, readFiles } from './read-files.ts'
import { readJson } from './read-json.ts'
import { readModel } from './read-model.ts'
import { signedAddress } from './signed-address.ts'
import type { MirroredFile, Snapshot } from './snapshot.ts'
import { UpstreamCache } from './upstream-cache.ts'
import { UpstreamGate } from './upstream-gate.ts'

export interface UpstreamSettings {
  /** The upstream address, without a trailing slash. */
  endpoint: string
  /** Sent to that address only, never to a client. */
  token?: string | undefined
  /** How long a branch's position is cached. @default 60 */
  revalidateSeconds?: number | undefined
}

/** A commit is immutable, so it is kept while it is useful. */
const commitLifeMs = 10 * 60_000
const snapshotsMax = 300
const listsMax = 8
const filesMax = 2000

const refsAnswer = z.object({
  branches: z.array(z.object({ name: z.string(), ref: z.string(), targetCommit: z.string() })).catch([]),
  tags: z.array(z.object({ name: z.string(), ref: z.string(), targetCommit: z.string() })).catch([]),
})
type UpstreamRefs = z.infer<typeof refsAnswer>

export type Upstream = ReturnType<typeof createUpstream>

/**
 * The upstream Hub: its answers are cached, shared between concurrent requests, and fetched with this server's token.
 * @throws AppError for whatever it refuses or cannot answer
 */
export function createUpstream({ settings, now, connection: given = {} }: UpstreamInput) {
  const endpoint = settings.endpoint.replace(/\/+$/, '')
  const { host } = new URL(endpoint)
  const timeouts = { connectTimeoutMs: 15_000, idleTimeoutMs: 30_000 }
  const connection: HfConnection = { endpoint, token: settings.token, fetch, ...timeouts, ...given }
  const refLifeMs = (settings.revalidateSeconds ?? 60) * 1000
  const gate = new UpstreamGate({ now })
  const snapshots = new UpstreamCache<Snapshot>({ itemsMax: snapshotsMax, now })
  const lists = new UpstreamCache<readonly MirroredFile[]>({ itemsMax: listsMax, now })
  const files = new UpstreamCache<MirroredFile | undefined>({ itemsMax: filesMax, now })
  const refs = new UpstreamCache<UpstreamRefs>({ itemsMax: snapshotsMax, now })

  const asked = <Result>(repo: string, ref: string, work: () => Promise<Result>): Promise<Result> =>
    gate.pass(() =>
      work().catch((error: unknown) => {
        throw asAppError(error, { repo, ref, host })
      }),
    )
  const keyOf = (repo: string, rest: string) => `${repo.toLowerCase()}@${rest}`

  return {
    endpoint,
    host,

    /** A repo at a branch, a tag or a commit. */
    async snapshot({ repo, ref }: { repo: string; ref: string }): Promise<Snapshot> {
      const lifeMs = isRevisionId(ref) ? commitLifeMs : refLifeMs
      const read = () => asked(repo, ref, () => readModel({ connection, repo, ref }))
      const snapshot = await snapshots.get({ key: keyOf(repo, ref), lifeMs, read })
      snapshots.put({ key: keyOf(repo, snapshot.commit), lifeMs: commitLifeMs, value: snapshot })
      return snapshot
    },

    /** Every mirrored file, sorted by path. */
    async files({ repo, commit, files: known }: Snapshot): Promise<readonly MirroredFile[]> {
      if (known !== undefined) return known
      const read = () => asked(repo, commit, () => readFiles({ connection, repo, commit }))
      return lists.get({ key: keyOf(repo, commit), lifeMs: commitLifeMs, read })
    },

    async file({ repo, commit, files: known }: Snapshot, path: string): Promise<MirroredFile | undefined> {
      if (known !== undefined) return known.find((file) => file.path === path)
      const read = () => asked(repo, commit, () => readFile({ connection, repo, commit, path }))
      return files.get({ key: keyOf(repo, `${commit}/${path}`), lifeMs: commitLifeMs, read })
    },

    refs: (repo: string): Promise<UpstreamRefs> => {
      const segments = ['api', 'models', ...repo.split('/'), 'refs']
      const request = { connection, segments, schema: refsAnswer, subject: { repo, revision: 'main' } }
      return refs.get({
        key: repo.toLowerCase(),
        lifeMs: refLifeMs,
        read: () => asked(repo, 'main', () => readJson(request)),
      })
    },

    /** The requested bytes of a file, exactly as many or an error. */
    open: ({ repo, commit, file, ...range }: OpenInput): Promise<AsyncIterable<Uint8Array>> =>
      asked(repo, commit, () =>
        openHf({ connection, repo, request: { file: asSource(file), revision: commit, ...range } }),
      ),

    /** The Hub's own address for a file, which gives access to this file alone. */
    address: ({ repo, commit }: Snapshot, path: string): Promise<string | undefined> =>
      asked(repo, commit, () => signedAddress({ connection, repo, commit, path })),
  }
}

interface UpstreamInput {
  settings: UpstreamSettings
  now: () => Date
  connection?: Partial<Pick<HfConnection, 'fetch' | 'connectTimeoutMs' | 'idleTimeoutMs'>> | undefined
}

interface OpenInput {
  repo: string
  commit: string
  file: MirroredFile
  start: number
  end: number
  signal?: AbortSignal | undefined
}

const asSource = ({ path, sizeBytes }: MirroredFile): SourceFile => ({ path, sizeBytes })
