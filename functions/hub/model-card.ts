import type { RevisionMetadata } from '../../shared/contract/repo.ts'
import type { RepoItem } from '../../shared/table/repo-item.ts'

type Summary = Pick<RepoItem, 'task' | 'library' | 'license'>

/** What a model is, in the words of a model card; what is not known is left out. */
export function cardOf({ task, library, license }: Summary, metadata: RevisionMetadata | undefined) {
  const { tags = [], baseModels = [], datasets = [], languages = [] } = metadata ?? {}
  return {
    ...(license != null && { license }),
    ...(library != null && { library_name: library }),
    ...(task != null && { pipeline_tag: task }),
    ...(tags.length > 0 && { tags }),
    ...(baseModels.length > 0 && { base_model: baseModels }),
    ...(datasets.length > 0 && { datasets }),
    ...(languages.length > 0 && { language: languages }),
  }
}

/** The same as the tags that the Hub makes of a card, by which its lists are filtered. */
export function tagsOf({ task, library, license }: Summary, metadata: RevisionMetadata | undefined): string[] {
  const { tags = [], baseModels = [], datasets = [], languages = [] } = metadata ?? {}
  const all = [
    library,
    ...tags,
    task,
    ...languages,
    ...datasets.map((dataset) => `dataset:${dataset}`),
    ...baseModels.map((model) => `base_model:${model}`),
    license == null ? undefined : `license:${license}`,
  ]
  return [...new Set(all.filter((tag) => tag != null))]
}
