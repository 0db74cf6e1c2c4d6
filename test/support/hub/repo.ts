import { createHash } from 'node:crypto'
import { filesOfFolder, type HubFile, hashFile, sizeOf } from './files.ts'

/** One file of a commit, with its content hashes in the protocol. */
export interface Entry {
  path: string
  sizeBytes: number
  /** The git blob id; for an LFS file, that of its pointer text. */
  gitSha1: string
  /** Only for LFS files. */
  sha256?: string
  file: HubFile
}

/** A repo with all its commits, so that a pinned reader can continue after a branch moved. */
export interface Repo {
  id: string
  gated: boolean
  commits: Map<string, readonly Entry[]>
  refs: Map<string, { kind: 'branch' | 'tag'; commit: string }>
}

/** A folder, or a list of files; `gated` repos are listed but their files are refused. */
export type RepoInput = string | { folder?: string; files?: HubFile[]; tags?: string[]; gated?: boolean }

export interface LfsRule {
  overBytes: number
  match: RegExp
}

export async function createRepo({ id, input, lfs }: { id: string; input: RepoInput; lfs: LfsRule }): Promise<Repo> {
  const { folder, files = [], tags = [], gated = false } = typeof input === 'string' ? { folder: input } : input
  const repo: Repo = { id, gated, commits: new Map(), refs: new Map() }
  const all = [...(folder === undefined ? [] : await filesOfFolder(folder)), ...files]
  const commit = addCommit(repo, await Promise.all(all.map((file) => describe(file, lfs))))
  repo.refs.set('main', { kind: 'branch', commit })
  for (const tag of tags) repo.refs.set(tag, { kind: 'tag', commit })
  return repo
}

/** Commits a file to a branch and returns the new commit. */
export async function commitFile({ repo, branch, file, lfs }: CommitInput): Promise<string> {
  const before = entriesOf(repo, branch) ?? []
  const entry = await describe(file, lfs)
  const commit = addCommit(repo, [...before.filter((other) => other.path !== file.path), entry])
  repo.refs.set(branch, { kind: 'branch', commit })
  return commit
}

interface CommitInput {
  repo: Repo
  branch: string
  file: HubFile
  lfs: LfsRule
}

/** The commit of a branch, a tag, a commit or the literal `HEAD`. */
export function resolveRef(repo: Repo, ref: string): string | undefined {
  if (repo.commits.has(ref)) return ref
  return repo.refs.get(ref === 'HEAD' ? 'main' : ref.replace(/^refs\/(?:heads|tags)\//, ''))?.commit
}

export const entriesOf = (repo: Repo, ref: string): readonly Entry[] | undefined =>
  repo.commits.get(resolveRef(repo, ref) ?? '')

export const pointerText = (sha256: string, sizeBytes: number): string =>
  `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${sizeBytes}\n`

async function describe(file: HubFile, lfs: LfsRule): Promise<Entry> {
  const sizeBytes = await sizeOf(file)
  const isLfs = sizeBytes > lfs.overBytes || file.path.search(lfs.match) >= 0
  if (!isLfs) {
    const gitSha1 = await hashFile({ file, algorithm: 'sha1', prefix: `blob ${sizeBytes}\0` })
    return { path: file.path, sizeBytes, gitSha1, file }
  }
  const sha256 = await hashFile({ file, algorithm: 'sha256' })
  const pointer = pointerText(sha256, sizeBytes)
  const gitSha1 = createHash('sha1').update(`blob ${pointer.length}\0${pointer}`).digest('hex')
  return { path: file.path, sizeBytes, gitSha1, sha256, file }
}

function addCommit(repo: Repo, entries: readonly Entry[]): string {
  const sorted = entries.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const hash = createHash('sha1').update('commit\0')
  for (const entry of sorted) hash.update(`${entry.path}\0${entry.gitSha1}\0`)
  const commit = hash.digest('hex')
  repo.commits.set(commit, sorted)
  return commit
}
