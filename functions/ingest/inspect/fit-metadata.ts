import type { RevisionMetadata } from '../../../shared/contract/repo.ts'

/** An item of the table has at most 400 KB. */
const onnxMaxBytes = 250_000
const listMax = 300
const wordMax = 300
const warningsMax = 50

/** Cuts what the files of a revision say of it to what the table can hold. They may say anything, at any length. */
export function fitMetadata(metadata: RevisionMetadata): RevisionMetadata {
  const { task, library, license, onnx, warnings } = metadata
  const kept: RevisionMetadata['onnx'] = []
  let bytes = 0
  for (const header of onnx) {
    bytes += Buffer.byteLength(JSON.stringify(header))
    if (bytes <= onnxMaxBytes) kept.push(header)
    else warnings.unshift(`${header.path}: it has too many inputs and outputs to be kept here`)
  }
  return {
    ...metadata,
    task: word(task),
    library: word(library),
    license: word(license),
    tags: words(metadata.tags),
    baseModels: words(metadata.baseModels),
    datasets: words(metadata.datasets),
    languages: words(metadata.languages),
    onnx: kept,
    warnings: warnings.slice(0, warningsMax).map((warning) => warning.slice(0, 2 * wordMax)),
  }
}

const word = (text: string | undefined) => (text === undefined || text.length > wordMax ? undefined : text)

const words = (all: string[]): string[] => all.filter((text) => text.length <= wordMax).slice(0, listMax)
