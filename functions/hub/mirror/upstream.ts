import * as z from 'zod'
import { listHf } from '../../../shared/hf/hf-list.ts'
import { openHf } from '../../../shared/hf/hf-open.ts'
import type { HfConnection } from '../../../shared/hf/hf-request.ts'
import { SourceError, type SourceFile } from '../../../shared/hf/source.ts'
import { isRevisionId } from '../../../shared/model/repo-id.ts'
import { asAppError } from './mirror-errors.ts'
import { readJson } from './read-json.ts'
import { Remembered } from './remembered.ts'
import { signedAddress } from './signed-address.ts'
import { claimsOpen, type MirroredFile, mirroredFiles, modelAnswer, type Snapshot, snapshotOf } from './snapshot.ts'
import { UpstreamGate } from './upstream-gate.ts'

export interface UpstreamSettings {
  /** The other Hub's address, without a slash at its end. */
  endpoint: string
  /** Sent to that address and to nowhere else; never to a client. */
  token?: string | undefined
  /** How long it is believed where a branch is. @default 60 */
  revalidateSeconds?: number | undefined
}

/** What never changes is kept for as long as it is of use. */
const commitLifeMs = 10 * 60_000
const snapshotsMax = 300
const listsMax = 8
const filesMax = 2000

const refsAnswer = z.object({
  branches: z.array(z.object({ name: z.string(), ref: z.string(), targetCommit: z.string() })).catch([]),
  tags: z.array(z.object({ name: z.string(), ref: z.string(), targetCommit: z.string() })).catch([]),
})
export type UpstreamRefs = z.infer<typeof refsAnswer>

const pathAnswer = z.array(
  z.object({
    type: z.string(),
    path: z.string(),
    size: z.int().nonnegative(),
    oid: z.string(),
    lfs: z.object({ oid: z.string(), size: z.int() }).nullish(),
  }),
)

export type Upstream = ReturnType<typeof createUpstream>

/**
 * The Hub that is mirrored: what it answers is remembered for a while, read once however many ask, and asked for with
 * the token of this server. @throws AppError for whatever it refuses or cannot answer
 */
export function createUpstream({ settings, now, connection: given = {} }: UpstreamInput) {
  const endpoint = settings.endpoint.replace(/\/+$/, '')
  const { host } = new URL(endpoint)
  const timeouts = { connectTimeoutMs: 15_000, idleTimeoutMs: 30_000 }
  const connection: HfConnection = { endpoint, token: settings.token, fetch, ...timeouts, ...given }
  const refLifeMs = (settings.revalidateSeconds ?? 60) * 1000
  const gate = new UpstreamGate({ now })
  const snapshots = new Remembered<Snapshot>({ itemsMax: snapshotsMax, now })
  const lists = new Remembered<readonly MirroredFile[]>({ itemsMax: listsMax, now })
  const files = new Remembered<MirroredFile | undefined>({ itemsMax: filesMax, now })
  const refs = new Remembered<UpstreamRefs>({ itemsMax: snapshotsMax, now })

  const asked = <Result>(repo: string, ref: string, work: () => Promise<Result>): Promise<Result> =>
    gate.pass(() =>
      work().catch((error: unknown) => {
        throw asAppError(error, { repo, ref, host })
      }),
    )
  const keyOf = (repo: string, rest: string) => `${repo.toLowerCase()}@${rest}`

  async function readModel(repo: string, ref: string): Promise<Snapshot> {
    const segments = ['api', 'models', ...repo.split('/'), 'revision', ref]
    const subject = { repo, revision: ref }
    const request = { segments, query: { blobs: 'true' }, schema: modelAnswer, subject }
    const [answer, isShown] = await Promise.all([
      readJson({ ...request, connection }),
      isShownToStrangers({ ...connection, token: undefined }, { ...request, query: {} }, settings.token),
    ])
    const isOpen = isShown && claimsOpen(answer)
    const snapshot = snapshotOf({ asked: repo, answer, isPublic: isOpen })
    if (answer.gated !== false && answer.gated !== undefined) await tryFirst(snapshot)
    return snapshot
  }

  /** A gated repo is listed for all, and its files for those alone who were let in. */
  async function tryFirst({ repo, commit, files: [first] = [] }: Snapshot) {
    if (first !== undefined) await signedAddress({ connection, repo, commit, path: first.path })
  }

  return {
    endpoint,
    host,

    /** A repo at a branch, a tag or a commit. */
    async snapshot({ repo, ref }: { repo: string; ref: string }): Promise<Snapshot> {
      const lifeMs = isRevisionId(ref) ? commitLifeMs : refLifeMs
      const read = () => asked(repo, ref, () => readModel(repo, ref))
      const snapshot = await snapshots.get({ key: keyOf(repo, ref), lifeMs, read })
      snapshots.put({ key: keyOf(repo, snapshot.commit), lifeMs: commitLifeMs, value: snapshot })
      return snapshot
    },

    /** Every file that is mirrored, in the order of their paths. */
    async files({ repo, commit, files: known }: Snapshot): Promise<readonly MirroredFile[]> {
      if (known !== undefined) return known
      const read = () =>
        asked(repo, commit, async () => {
          const listing = await listHf({ connection, repo, ref: commit, signal: undefined })
          return mirroredFiles(listing.files)
        })
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

    /** Bytes of a file, exactly as many as were asked for or an error. */
    open: ({ repo, commit, file, ...range }: OpenInput): Promise<AsyncIterable<Uint8Array>> =>
      asked(repo, commit, () =>
        openHf({ connection, repo, request: { file: asSource(file), revision: commit, ...range } }),
      ),

    /** Where the Hub itself has the bytes, as an address that is a key to this one file and to nothing else. */
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

const hidden = new Set(['source_unauthorized', 'source_forbidden', 'source_gated', 'source_not_found'])

/** What was read without a token is shown to all; what was read with one is tried without it. */
async function isShownToStrangers(
  connection: HfConnection,
  request: Omit<Parameters<typeof readJson>[0], 'connection'>,
  token: string | undefined,
): Promise<boolean> {
  if (token === undefined) return true
  try {
    const answer = modelAnswer.parse(await readJson({ ...request, connection }))
    return claimsOpen(answer)
  } catch (error) {
    if (error instanceof SourceError && hidden.has(error.code)) return false
    throw error
  }
}

async function readFile({ connection, repo, commit, path }: FileInput): Promise<MirroredFile | undefined> {
  const segments = ['api', 'models', ...repo.split('/'), 'paths-info', commit]
  const subject = { repo, revision: commit, path }
  const entries = await readJson({ connection, segments, json: { paths: [path] }, schema: pathAnswer, subject })
  const found = entries.find((entry) => entry.path === path && entry.type === 'file')
  if (found === undefined) return undefined
  const { size, oid, lfs } = found
  return lfs ? { path, sizeBytes: lfs.size, sha256: lfs.oid } : { path, sizeBytes: size, gitSha1: oid }
}

interface FileInput {
  connection: HfConnection
  repo: string
  commit: string
  path: string
}
