import type { OnnxMetadata, RevisionMetadata } from '../../../shared/contract/repo.ts'
import { itemSizeBytes } from '../../../shared/table/item-size.ts'
import { keepableRecord } from './keepable.ts'
import { word, words } from './words.ts'

/** Below the 400 KB that DynamoDB allows for an item, with room for the revision itself. */
const metadataMaxBytes = 300_000

/** For everything outside of the lists. */
const recordMaxBytes = 64 * 1024
const warningsMax = 50
const warningMaxLength = 600

const listNames = [
  'tags',
  'baseModels',
  'datasets',
  'languages',
  'metrics',
  'architectures',
  'formats',
  'gguf',
  'onnx',
  'warnings',
] as const satisfies (keyof RevisionMetadata)[]
type ListName = (typeof listNames)[number]

/**
 * Cuts a revision's metadata to what the table can hold. Files can claim anything at any length, so the largest entry
 * of the largest list is dropped until it fits; of an ONNX file the path and the reason remain.
 */
export function fitMetadata(metadata: RevisionMetadata): RevisionMetadata {
  const fitted = cleanMetadata(metadata)
  const rest = Object.fromEntries(Object.entries(fitted).filter(([name]) => !listNames.includes(name as ListName)))
  const lists = listNames.flatMap((name): MeasuredList[] => {
    const entries = fitted[name]
    if (entries === undefined) return []
    return [{ name, entries: entries.map(measured), bytes: itemSizeBytes(entries) }]
  })
  let bytes = itemSizeBytes(rest) + lists.reduce((sum, list) => sum + list.bytes + list.name.length, 0)
  while (bytes > metadataMaxBytes) bytes -= dropLargest(lists.reduce((a, b) => (b.bytes > a.bytes ? b : a)))
  const kept = lists.map(({ name, entries }) => [name, entries.map(({ entry }) => entry)])
  return { ...fitted, ...Object.fromEntries(kept) }
}

/** Removes what cannot be displayed or stored. */
function cleanMetadata(metadata: RevisionMetadata): RevisionMetadata {
  return {
    ...metadata,
    task: word(metadata.task),
    library: word(metadata.library),
    license: word(metadata.license),
    licenseName: word(metadata.licenseName),
    licenseLink: word(metadata.licenseLink),
    newVersion: word(metadata.newVersion),
    modelType: word(metadata.modelType),
    dtype: word(metadata.dtype),
    tags: words(metadata.tags),
    baseModels: words(metadata.baseModels),
    datasets: words(metadata.datasets),
    languages: words(metadata.languages),
    metrics: metadata.metrics && words(metadata.metrics),
    architectures: metadata.architectures && words(metadata.architectures),
    quantization: metadata.quantization && { ...metadata.quantization, method: word(metadata.quantization.method) },
    tokenizer: metadata.tokenizer && {
      ...metadata.tokenizer,
      class: word(metadata.tokenizer.class),
      model: word(metadata.tokenizer.model),
    },
    adapter: metadata.adapter && { type: word(metadata.adapter.type), task: word(metadata.adapter.task) },
    sentenceTransformers: metadata.sentenceTransformers && {
      ...metadata.sentenceTransformers,
      modules: words(metadata.sentenceTransformers.modules),
      pooling: word(metadata.sentenceTransformers.pooling),
      similarity: word(metadata.sentenceTransformers.similarity),
    },
    sklearn: metadata.sklearn && {
      ...metadata.sklearn,
      kind: word(metadata.sklearn.kind),
      file: word(metadata.sklearn.file),
      format: word(metadata.sklearn.format),
    },
    gguf: metadata.gguf?.map((file) => ({ ...file, architecture: word(file.architecture) })),
    config: keepableRecord(metadata.config ?? {}, recordMaxBytes),
    card: keepableRecord(metadata.card ?? {}, recordMaxBytes),
    warnings: metadata.warnings.slice(0, warningsMax).map(shown),
  }
}

/** Names in warnings come from strangers. */
const shown = (warning: string): string =>
  warning
    .slice(0, warningMaxLength)
    .toWellFormed()
    .replace(/\p{Cc}/gu, '\uFFFD')

const measured = (entry: unknown) => ({ entry, bytes: itemSizeBytes(entry) })

interface MeasuredList {
  name: ListName
  entries: { entry: unknown; bytes: number }[]
  bytes: number
}

/** Drops the largest entry of a list, or all but the name where it is an ONNX file's. @returns the bytes saved */
function dropLargest(list: MeasuredList): number {
  const at = list.entries.reduce((best, { bytes }, index, all) => (bytes > (all[best]?.bytes ?? 0) ? index : best), 0)
  const bytes = list.entries[at]?.bytes ?? 0
  const stub = list.name === 'onnx' ? unkept(list.entries[at]?.entry as OnnxMetadata) : undefined
  const stubBytes = stub === undefined ? 0 : itemSizeBytes(stub)
  const replaced = stubBytes > 0 && stubBytes < bytes ? [{ entry: stub, bytes: stubBytes }] : []
  list.entries.splice(at, 1, ...replaced)
  const saved = bytes - (replaced.length > 0 ? stubBytes : 0)
  list.bytes -= saved
  return saved
}

const unkept = ({ path }: OnnxMetadata): OnnxMetadata => ({
  path,
  inputs: [],
  outputs: [],
  opset: {},
  fault: `${path} has too many inputs and outputs to be stored`,
})
