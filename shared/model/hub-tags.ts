import type { RevisionMetadata } from '../contract/repo.ts'

interface Summary {
  task?: string | undefined
  library?: string | undefined
  license?: string | undefined
  /** Tags set by users. */
  tags: readonly string[]
}

/** The tags that the Hub derives from a card and files, and filters its lists by. */
export function tagsOf({ task, library, license, tags }: Summary, metadata: RevisionMetadata | undefined): string[] {
  const { baseModels = [], relation } = metadata ?? {}
  const all = [
    library,
    ...(metadata?.formats ?? []),
    metadata?.modelType,
    ...(metadata?.tags ?? []),
    ...tags,
    task,
    ...(metadata?.languages ?? []),
    ...(metadata?.datasets ?? []).map((dataset) => `dataset:${dataset}`),
    ...baseModels.map((model) => `base_model:${model}`),
    ...(relation === undefined ? [] : baseModels.map((model) => `base_model:${relation}:${model}`)),
    license == null ? undefined : `license:${license}`,
  ]
  return [...new Set(all.filter((tag) => tag != null))]
}
