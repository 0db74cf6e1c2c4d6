/** The layout of the bucket: every key of every kind of object, here and nowhere else. */
export const objectKeys = {
  blob: (sha256: string) => `blobs/sha256/${sha256.slice(0, 2)}/${sha256}`,
  staging: (importId: string, pathSha1: string) => `${objectKeys.stagingPrefix(importId)}${pathSha1}`,
  stagingPrefix: (importId: string) => `staging/${importId}/`,
  /** By the id of the repo, which stays whatever it is called. */
  manifest: (repoId: string, revision: string) => `manifests/${repoId}/${revision}.json`,
  /** What the repo itself is: its name, who may see it, its refs. */
  repoManifest: (repoId: string) => `manifests/${repoId}/repo.json`,
  /** A part of a backup of the registry, or, last, what says of which parts it is. */
  backup: (id: string, part: string) => `backups/${id}/${part}`,
  /** A blob as backups keep it: once for all of them. */
  backupBlob: (sha256: string) => `backups/blobs/${sha256.slice(0, 2)}/${sha256}`,
  dropFolder: (repo: string, version: string) => `drop/${repo}/${version}/`,
}

/** The first folders of the bucket; a key outside of them is nobody's. */
export const objectPrefixes = ['blobs', 'staging', 'manifests', 'drop', 'backups'] as const

/** Marks a drop as complete: the last file a person or a job writes. */
export const dropMarker = '_SUCCESS'

export const isDropMarker = ({ key }: { key: string }): boolean => splitDropKey(key)?.path === dropMarker

interface DropKey {
  owner: string
  name: string
  version: string
  path: string
}

/** The parts of `drop/{owner}/{name}/{version}/{path}`, unchecked, or `undefined` where the key has another shape. */
export function splitDropKey(key: string): DropKey | undefined {
  const [, owner, name, version, path] = /^drop\/([^/]+)\/([^/]+)\/([^/]+)\/(.+)$/s.exec(key) ?? []
  if (owner === undefined || name === undefined || version === undefined || path === undefined) return undefined
  return { owner, name, version, path }
}
