import { createHash } from 'node:crypto'
import type { RevisionFile } from '../../../shared/model/revision-id.ts'
import { newRepo, type RepoItem } from '../../../shared/table/repo-item.ts'
import type { RevisionItem } from '../../../shared/table/repos.ts'
import type { MirroredFile, Snapshot } from './snapshot.ts'

/** The repo that a snapshot will become, for answers of the same shape before it is stored. */
export function asRepo({ repo, commit, isPublic, createdAt, updatedAt, task, library, tags }: Snapshot): RepoItem {
  const id = createHash('sha256').update(repo.toLowerCase()).digest('hex').slice(0, 24)
  const visibility = isPublic ? 'public' : 'private'
  const made = newRepo({ id, fullName: repo, createdBy: 'mirror', now: new Date(createdAt), visibility })
  return { ...made, revision: commit, updatedAt, task, library, license: licenseOf(tags), cardTags: tags }
}

export function asRevision(snapshot: Snapshot, files: readonly MirroredFile[] = []): RevisionItem {
  const { repo, commit, updatedAt, task, library, tags } = snapshot
  return {
    id: commit,
    repoId: asRepo(snapshot).id,
    source: `hf://${repo}@${commit}`,
    sourceRevision: commit,
    depth: 1,
    title: `Import hf://${repo}`,
    message: `From ${commit}`,
    filesTotal: files.length,
    sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    metadata: {
      task,
      library,
      license: licenseOf(tags),
      tags,
      baseModels: [],
      datasets: [],
      languages: [],
      onnx: [],
      warnings: [],
    },
    createdAt: updatedAt,
    createdBy: repo.slice(0, repo.indexOf('/')),
  }
}

/** A file known by its git hash has no sha256 yet, and none is shown. */
export const asFile = ({ sha256 = '', ...file }: MirroredFile): RevisionFile => ({ ...file, sha256 })

const licenseOf = (tags: readonly string[]): string | undefined =>
  tags.find((tag) => tag.startsWith('license:'))?.slice('license:'.length)
