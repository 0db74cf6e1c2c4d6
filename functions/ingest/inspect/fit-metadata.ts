import type { OnnxMetadata, RevisionMetadata } from '../../../shared/contract/repo.ts'
import { itemSizeBytes } from '../../../shared/table/item-size.ts'

/** An item of the table has at most 400 KB, and the revision itself needs some of it. */
const metadataMaxBytes = 300_000

const listMax = 300
const wordMaxBytes = 300
const warningsMax = 50
const warningMaxLength = 600

type ListName = 'tags' | 'baseModels' | 'datasets' | 'languages' | 'onnx' | 'warnings'

/**
 * Cuts what the files of a revision say of it to what the table can hold. They may say anything, at any length, so the
 * largest of the largest list goes until all of it fits; of an ONNX file its path and the reason stay.
 */
export function fitMetadata(metadata: RevisionMetadata): RevisionMetadata {
  const fitted: RevisionMetadata = {
    ...metadata,
    task: word(metadata.task),
    library: word(metadata.library),
    license: word(metadata.license),
    tags: words(metadata.tags),
    baseModels: words(metadata.baseModels),
    datasets: words(metadata.datasets),
    languages: words(metadata.languages),
    onnx: metadata.onnx,
    warnings: metadata.warnings.slice(0, warningsMax).map((warning) => warning.slice(0, warningMaxLength)),
  }
  const { tags, baseModels, datasets, languages, onnx, warnings, ...rest } = fitted
  const lists = Object.entries({ tags, baseModels, datasets, languages, onnx, warnings }).map(
    ([name, entries]): MeasuredList => ({
      name: name as ListName,
      entries: entries.map((entry) => ({ entry, bytes: itemSizeBytes(entry) })),
      bytes: itemSizeBytes(entries),
    }),
  )
  let bytes = itemSizeBytes(rest) + lists.reduce((sum, list) => sum + list.bytes + list.name.length, 0)
  while (bytes > metadataMaxBytes) bytes -= dropLargest(lists.reduce((a, b) => (b.bytes > a.bytes ? b : a)))
  const kept = lists.map(({ name, entries }) => [name, entries.map(({ entry }) => entry)])
  return { ...fitted, ...Object.fromEntries(kept) }
}

interface MeasuredList {
  name: ListName
  entries: { entry: unknown; bytes: number }[]
  bytes: number
}

/** Takes the largest entry out of a list, or, where it is an ONNX file's, all but its name, and tells what that saves. */
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
  fault: `${path} has too many inputs and outputs to be kept`,
})

const word = (text: string | undefined) => (text === undefined || !isShort(text) ? undefined : text)

const words = (all: string[]): string[] => all.filter(isShort).slice(0, listMax)

const isShort = (text: string): boolean => Buffer.byteLength(text) <= wordMaxBytes
