import type { RevisionFile } from '../../../shared/model/revision-id.ts'
import type { ByteReader } from '../../../shared/onnx/byte-reader.ts'
import { jsonMembers } from './json-members.ts'

export const safetensorsFilesMax = 500

/** The common part of shard names such as `model-00001-of-00003.safetensors`. */
const shardName = /^(?<stem>.*)-\d{5}-of-\d{5}(?<end>\.[a-z]+)$/

/** Groups files by model: its shards, or the single file. */
export function groupShards(files: readonly RevisionFile[]): RevisionFile[][] {
  const groups = Map.groupBy(files, ({ path }) => {
    const { stem, end } = shardName.exec(path)?.groups ?? {}
    return stem === undefined ? path : `${stem}-*${end}`
  })
  return [...groups.values()]
}

const rootNames = ['model.safetensors', 'adapter_model.safetensors', 'consolidated.safetensors']

/**
 * The safetensors files that hold the model once, since a repo may repeat it in another precision, or both whole and in
 * shards. Names that the Hub counts come first, then the largest.
 */
export function weightFilesOf(files: readonly RevisionFile[]): RevisionFile[] {
  const groups = groupShards(files.filter(({ path }) => path.endsWith('.safetensors')))
  const named = groups.find(([first]) => /^model-\d{5}-of-\d{5}\./.test(first?.path ?? ''))
  const rooted = rootNames.map((name) => groups.find(([first]) => first?.path === name))
  const largest = groups.toSorted((a, b) => bytesOf(b) - bytesOf(a))[0]
  return [rooted[0], named, ...rooted.slice(1), largest].find((group) => group !== undefined) ?? []
}

const bytesOf = (group: readonly RevisionFile[]): number => group.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)

/** The files named by a shard index (`model.safetensors.index.json`). */
export async function filesOfIndex(reader: ByteReader): Promise<Set<string>> {
  const named = new Set<string>()
  for await (const [, file] of jsonMembers({ reader, end: reader.sizeBytes, within: 'weight_map' })) {
    if (typeof file !== 'string') throw new TypeError('its weight_map names no file')
    named.add(file)
    if (named.size > safetensorsFilesMax) throw new RangeError(`it names more than ${safetensorsFilesMax} files`)
  }
  return named
}
