import type { GgufMetadata } from '../../../shared/contract/repo.ts'
import { type GgufHeader, readGgufHeader } from './gguf-header.ts'
import type { OpenedFiles } from './opened-files.ts'
import { groupShards } from './weight-files.ts'

/** Up to 24 MB is read of each. */
const filesMax = 16

interface GgufFindings {
  found: GgufMetadata[]
  headers: GgufHeader[]
  /** Of the first model that can be counted; the others are the same in other precisions. */
  parameters: number | undefined
}

/**
 * The metadata of the GGUF files, each model once: for a model in parts, the first part describes it and all hold
 * weights.
 */
export async function inspectGguf(files: OpenedFiles): Promise<GgufFindings> {
  const all = files.all.filter(({ path }) => path.endsWith('.gguf'))
  if (all.length > filesMax) files.warnings.push(`Only the first ${filesMax} of ${all.length} GGUF files were read.`)
  const found: GgufMetadata[] = []
  const headers: GgufHeader[] = []
  for (const shards of groupShards(all.slice(0, filesMax))) {
    const path = shards[0]?.path ?? ''
    const read: (GgufHeader | undefined)[] = []
    for (const shard of shards) read.push(await files.attempt(shard.path, readGgufHeader))
    const [header] = read
    if (header === undefined) {
      found.push({ path, fault: `${path} is not a valid GGUF file` })
      continue
    }
    const { baseModels: _, ...summary } = header
    const counts = read.map((shard) => shard?.parameters)
    const parameters = counts.every((count) => count !== undefined)
      ? counts.reduce((sum, count) => sum + count, 0)
      : undefined
    found.push({ path, ...summary, parameters })
    headers.push(header)
  }
  return { found, headers, parameters: found.find(({ parameters }) => parameters !== undefined)?.parameters }
}
