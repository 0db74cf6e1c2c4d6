import { posix } from 'node:path'
import type { RevisionMetadata } from '../../../shared/contract/repo.ts'
import type { OpenedFiles } from './opened-files.ts'
import { countParameters } from './safetensors-header.ts'
import { filesOfIndex, safetensorsFilesMax, weightFilesOf } from './weight-files.ts'

/** Counts the model's weights, or nothing where a part is unreadable, since the count would be wrong. */
export async function inspectSafetensors(
  files: OpenedFiles,
): Promise<Pick<RevisionMetadata, 'parameters' | 'parametersByType'>> {
  await checkIndexes(files)
  const counts = new Map<string, number>()
  const parts = weightFilesOf(files.all)
  if (parts.length === 0) return {}
  if (parts.length > safetensorsFilesMax) {
    files.warnings.push(`The weights of ${parts.length} safetensors files were not counted.`)
    return {}
  }
  let isWhole = true
  for (const { path } of parts) {
    const found = await files.attempt(path, countParameters)
    if (found === undefined) isWhole = false
    for (const [type, count] of found ?? []) counts.set(type, (counts.get(type) ?? 0) + count)
  }
  const parameters = [...counts.values()].reduce((sum, count) => sum + count, 0)
  if (!isWhole) return {}
  // The table cannot hold a larger number, and no model has so many.
  if (!Number.isSafeInteger(parameters)) {
    files.warnings.push('The safetensors files claim more weights than can be counted.')
    return {}
  }
  return { parameters, parametersByType: Object.fromEntries(counts) }
}

const indexesMax = 20

/** A model lacks parts that its index names, so it cannot be loaded. */
async function checkIndexes(files: OpenedFiles): Promise<void> {
  const paths = new Set(files.paths)
  for (const path of files.paths.filter((each) => each.endsWith('.safetensors.index.json')).slice(0, indexesMax)) {
    const named = await files.attempt(path, filesOfIndex)
    const missing = [...(named ?? [])].filter((file) => !paths.has(posix.join(posix.dirname(path), file)))
    const [first] = missing
    if (first !== undefined)
      files.warnings.push(`${path}: it names ${missing.length} files that are not there, the first is ${first}`)
  }
}
