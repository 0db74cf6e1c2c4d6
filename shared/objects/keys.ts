/** The layout of the bucket: the only place that builds keys of objects. */
export const objectKeys = {
  blob: (sha256: string) => `blobs/sha256/${sha256.slice(0, 2)}/${sha256}`,
  staging: (importId: string, pathSha1: string) => `${objectKeys.stagingPrefix(importId)}${pathSha1}`,
  stagingPrefix: (importId: string) => `staging/${importId}/`,
  /** By the repo's id, which survives a rename. */
  manifest: (repoId: string, revision: string) => `manifests/${repoId}/${revision}.json`,
  /** The repo's own manifest: name, visibility, refs. */
  repoManifest: (repoId: string) => `manifests/${repoId}/repo.json`,
  /** A part of a backup; the last one written lists the others. */
  backup: (id: string, part: string) => `backups/${id}/${part}`,
  /** A blob in the backups, shared by all of them. */
  backupBlob: (sha256: string) => `backups/blobs/${sha256.slice(0, 2)}/${sha256}`,
  dropFolder: (repo: string, version: string) => `drop/${repo}/${version}/`,
}

/** The top-level folders of the bucket; keys outside of them are refused. */
export const objectPrefixes = ['blobs', 'staging', 'manifests', 'drop', 'backups'] as const

/** Marks a drop as complete: the last file that a person or a job writes. */
export const dropMarker = '_SUCCESS'

export const isDropMarker = ({ key }: { key: string }): boolean => splitDropKey(key)?.path === dropMarker

interface DropKey {
  owner: string
  name: string
  version: string
  path: string
}

/** Splits `drop/{owner}/{name}/{version}/{path}` without validating its parts; `undefined` for any other shape. */
export function splitDropKey(key: string): DropKey | undefined {
  const [, owner, name, version, path] = /^drop\/([^/]+)\/([^/]+)\/([^/]+)\/(.+)$/s.exec(key) ?? []
  if (owner === undefined || name === undefined || version === undefined || path === undefined) return undefined
  return { owner, name, version, path }
}
