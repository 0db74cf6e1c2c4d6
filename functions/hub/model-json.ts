import type { RevisionMetadata } from '../../shared/contract/repo.ts'
import { tagsOf } from '../../shared/model/hub-tags.ts'
import type { RevisionFile } from '../../shared/model/revision-id.ts'
import { fullName, type RepoItem } from '../../shared/table/repo-item.ts'
import type { RevisionItem } from '../../shared/table/repos.ts'
import { fileEntry } from './file-entry.ts'
import { cardOf, configOf, weightsOf } from './model-card.ts'

/** A model as in R2 and R7. Fields that need its revision or files are left out without them. */
export function modelJson({ repo, revision, files, withBlobs = false }: ModelInput) {
  const metadata = revision?.metadata
  const known = revision === undefined ? repo : { ...repo, ...summaryOf(revision) }
  return {
    _id: repo.id,
    id: fullName(repo),
    modelId: fullName(repo),
    author: repo.owner,
    sha: revision?.id ?? repo.revision,
    lastModified: revision?.createdAt ?? repo.updatedAt,
    createdAt: repo.createdAt,
    private: repo.visibility === 'private',
    gated: false,
    disabled: false,
    downloads: repo.downloads,
    likes: 0,
    // In a list the repo's own copy of main's tags saves reading a revision.
    tags: revision === undefined ? [...new Set([...repo.tags, ...(repo.cardTags ?? [])])] : tagsOf(known, metadata),
    ...(known.task != null && { pipeline_tag: known.task }),
    ...(known.library != null && { library_name: known.library }),
    usedStorage: revision?.sizeBytes ?? repo.sizeBytes,
    ...(revision !== undefined && { cardData: cardOf(known, metadata), config: configOf(metadata), spaces: [] }),
    ...weightsOf(metadata),
    ...(metadata !== undefined && metadata.baseModels.length > 0 && { baseModels: basesOf(metadata) }),
    ...(files !== undefined && { siblings: files.map((file) => siblingOf(file, withBlobs)) }),
  }
}

interface ModelInput {
  repo: Omit<RepoItem, 'version'>
  revision?: RevisionItem | undefined
  files?: readonly RevisionFile[] | undefined
  /** Whether to include the sizes and hashes of files. */
  withBlobs?: boolean
}

/** Metadata of an older revision, which may differ from the repo's. */
const summaryOf = ({ metadata }: RevisionItem) => ({
  task: metadata?.task,
  library: metadata?.library,
  license: metadata?.license,
})

const basesOf = ({ baseModels, relation }: RevisionMetadata) => ({
  relation,
  models: baseModels.map((id) => ({ id })),
})

/** A sibling calls a large file's hash `sha256`, where a tree calls it `oid`. */
function siblingOf(file: RevisionFile, withBlobs: boolean) {
  if (!withBlobs) return { rfilename: file.path }
  const { oid, size, lfs } = fileEntry(file)
  const large = lfs && { size: lfs.size, sha256: lfs.oid, pointerSize: lfs.pointerSize }
  return { rfilename: file.path, size, blobId: oid, ...(large && { lfs: large }) }
}
