import { isDeepStrictEqual } from 'node:util'
import type { RevisionMetadata } from '../../shared/contract/repo.ts'

interface MetadataChange {
  /** The name in the metadata, such as `quantization.bits`, or `onnx:model.onnx` for a file. */
  field: string
  /** Absent where the field was. */
  before?: unknown
  after?: unknown
}

/** The differences between two revisions' metadata, by field. */
export function metadataDiff(
  before: RevisionMetadata | undefined,
  after: RevisionMetadata | undefined,
): MetadataChange[] {
  const [old, now] = [fieldsOf(before), fieldsOf(after)]
  return [...new Set([...old.keys(), ...now.keys()])]
    .sort()
    .filter((field) => !isSame(old.get(field), now.get(field)))
    .map((field) => ({
      field,
      ...(old.has(field) && { before: old.get(field) }),
      ...(now.has(field) && { after: now.get(field) }),
    }))
}

/** Ignores the order of a list of texts. */
const unordered = (value: unknown): unknown =>
  Array.isArray(value) && value.every((entry) => typeof entry === 'string') ? value.toSorted() : value

const isSame = (one: unknown, other: unknown): boolean => isDeepStrictEqual(unordered(one), unordered(other))

const ofFiles = new Set(['onnx', 'gguf'])

/** The non-empty fields; an empty list counts as absent. */
function fieldsOf(metadata: RevisionMetadata | undefined): Map<string, unknown> {
  const fields = new Map<string, unknown>()
  for (const [name, value] of Object.entries(metadata ?? {})) {
    if (ofFiles.has(name))
      for (const { path, ...said } of value as { path: string }[]) fields.set(`${name}:${path}`, present(said))
    else if (isRecord(value))
      for (const [inner, field] of Object.entries(value)) addField(fields, `${name}.${inner}`, field)
    else addField(fields, name, value)
  }
  return fields
}

function addField(fields: Map<string, unknown>, name: string, value: unknown): void {
  const isEmpty = Array.isArray(value) && value.length === 0
  if (value !== undefined && value !== null && !isEmpty) fields.set(name, value)
}

const present = (said: object) => Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
