import type { RevisionMetadata } from '../../../shared/contract/repo.ts'
import type { RevisionFile } from '../../../shared/model/revision-id.ts'
import { deriveLibrary, formatsOf } from './derive-library.ts'
import { deriveLineage } from './derive-lineage.ts'
import { deriveTask, isTask } from './derive-task.ts'
import { type Evidence, noEvidence } from './evidence.ts'
import { fitMetadata } from './fit-metadata.ts'
import { inspectConfiguration } from './inspect-configuration.ts'
import { inspectGguf } from './inspect-gguf.ts'
import { inspectOnnx } from './inspect-onnx.ts'
import { inspectSafetensors } from './inspect-safetensors.ts'
import { readModelCard } from './model-card.ts'
import { type OpenedFiles, openFiles, type ReadBlob } from './opened-files.ts'

export type { ReadBlob } from './opened-files.ts'

/** Reads the metadata of a revision from its files' headers. An unreadable file is a warning, not a failure. */
export async function inspectFiles({ files, read, warnings = [] }: InspectInput): Promise<RevisionMetadata> {
  const opened = openFiles({ files, read, warnings })
  const card = await inspectCard(opened)
  const { config, adapter, summary } = await inspectConfiguration(opened)
  const onnx = await inspectOnnx(opened)
  const gguf = await inspectGguf(opened)
  const weights = await inspectSafetensors(opened)
  const evidence: Evidence = { card, config, adapter, paths: opened.paths, onnx: onnx.evidence, gguf: gguf.headers }
  return fitMetadata({
    task: deriveTask(evidence),
    library: deriveLibrary(evidence),
    license: card.license,
    licenseName: card.license_name,
    licenseLink: card.license_link,
    tags: card.tags,
    ...deriveLineage(evidence),
    newVersion: card.new_version,
    datasets: card.datasets,
    languages: card.language,
    metrics: card.metrics,
    ...summary,
    formats: formatsOf(opened.paths),
    parameters: gguf.parameters,
    ...weights,
    gguf: gguf.found,
    onnx: onnx.found,
    card: card.more,
    warnings,
  })
}

interface InspectInput {
  files: readonly RevisionFile[]
  read: ReadBlob
  /** Problems that are already known. */
  warnings?: string[]
}

/** The front matter comes first, and the text behind it may be long. */
const cardMaxBytes = 4 * 1024 ** 2

async function inspectCard(files: OpenedFiles): Promise<Evidence['card']> {
  const card = await files.attempt('README.md', async (reader) =>
    readModelCard(new TextDecoder().decode(await reader.take(Math.min(reader.sizeBytes, cardMaxBytes)))),
  )
  for (const warning of card?.warnings ?? []) files.warnings.push(`README.md: ${warning}`)
  const task = card?.pipeline_tag
  if (task !== undefined && !isTask(task))
    files.warnings.push(`README.md: its pipeline_tag ${JSON.stringify(task.slice(0, 100))} is no task of the Hub`)
  return card ?? noEvidence.card
}
