import type { RevisionMetadata } from '../../shared/contract/repo.ts'
import type { RepoItem } from '../../shared/table/repo-item.ts'

type Summary = Pick<RepoItem, 'task' | 'library' | 'license'>
type Metadata = RevisionMetadata | undefined

/** A model in the terms of a model card; unknown fields are left out. */
export function cardOf({ task, library, license }: Summary, metadata: Metadata): Record<string, unknown> {
  return {
    ...metadata?.card,
    ...present({
      license,
      license_name: metadata?.licenseName,
      license_link: metadata?.licenseLink,
      library_name: library,
      pipeline_tag: task,
      tags: metadata?.tags,
      base_model: metadata?.baseModels,
      base_model_relation: metadata?.relation,
      new_version: metadata?.newVersion,
      datasets: metadata?.datasets,
      language: metadata?.languages,
      metrics: metadata?.metrics,
    }),
  }
}

/** The Hub's summary of a model's configuration files. */
export const configOf = (metadata: Metadata): Record<string, unknown> => ({
  ...present({ architectures: metadata?.architectures, model_type: metadata?.modelType }),
  ...metadata?.config,
})

/** The weights of a model, from the headers of its files. */
export function weightsOf(metadata: Metadata): Record<string, unknown> {
  const { parameters, parametersByType } = metadata ?? {}
  const [gguf] = metadata?.gguf?.filter(({ fault }) => fault === undefined) ?? []
  const counted = parameters !== undefined && (parametersByType !== undefined || gguf === undefined)
  return {
    ...(counted && { safetensors: { parameters: parametersByType ?? {}, total: parameters } }),
    ...(gguf !== undefined && {
      gguf: present({
        total: gguf.parameters ?? 0,
        architecture: gguf.architecture,
        context_length: gguf.contextLength,
      }),
    }),
  }
}

const present = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value != null && !(Array.isArray(value) && value.length === 0)),
  )
