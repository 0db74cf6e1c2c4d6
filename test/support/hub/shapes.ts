import { type Entry, pointerText, type Repo, resolveRef } from './repo.ts'

const madeAt = '2026-01-02T03:04:05.000Z'

const pointerSize = (sha256: string, sizeBytes: number): number => pointerText(sha256, sizeBytes).length

/** A model in R2 and R7; `siblings` call the hash of an LFS file `sha256`, trees call it `oid`. */
export function modelJson({ repo, commit }: { repo: Repo; commit: string }) {
  const siblings = (repo.commits.get(commit) ?? []).map(({ path, sizeBytes, gitSha1, sha256 }) => ({
    rfilename: path,
    size: sizeBytes,
    blobId: gitSha1,
    ...(sha256 === undefined ? {} : { lfs: { size: sizeBytes, sha256, pointerSize: pointerSize(sha256, sizeBytes) } }),
  }))
  return {
    _id: commit.slice(0, 24),
    id: repo.id,
    modelId: repo.id,
    author: repo.id.split('/')[0],
    sha: commit,
    lastModified: madeAt,
    createdAt: madeAt,
    private: false,
    gated: repo.gated ? 'auto' : false,
    disabled: false,
    downloads: 0,
    likes: 0,
    tags: [],
    siblings,
  }
}

export function fileJson({ path, sizeBytes, gitSha1, sha256 }: Entry) {
  const lfs = sha256 && { oid: sha256, size: sizeBytes, pointerSize: pointerSize(sha256, sizeBytes) }
  return { type: 'file', oid: gitSha1, size: sizeBytes, path, ...(lfs ? { lfs } : {}) }
}

/** The fields that `expand=true` adds to a tree entry. */
export const expandedJson = (commit: string) => ({
  lastCommit: { id: commit, title: 'Add files', date: madeAt },
  securityFileStatus: { status: 'safe', avScan: null, pickleImportScan: null },
})

export function refsJson(repo: Repo) {
  const of = (kind: 'branch' | 'tag', prefix: string) =>
    [...repo.refs]
      .filter(([, ref]) => ref.kind === kind)
      .map(([name]) => ({ name, ref: `${prefix}${name}`, targetCommit: resolveRef(repo, name) }))
  return { branches: of('branch', 'refs/heads/'), converts: [], tags: of('tag', 'refs/tags/') }
}

export const whoamiJson = {
  type: 'user',
  id: '0123456789abcdef01234567',
  name: 'stand-in',
  fullname: 'Stand In',
  email: 'stand-in@example.test',
  emailVerified: true,
  isPro: false,
  canPay: false,
  periodEnd: null,
  avatarUrl: '',
  orgs: [],
  auth: { type: 'access_token', accessToken: { displayName: 'test', role: 'read', createdAt: madeAt } },
}
