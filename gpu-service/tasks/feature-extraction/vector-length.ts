import * as z from 'zod'
import { type ModelFiles, readConfig } from '../../models/model-files.ts'
import { readModules } from './pooling-config.ts'

const sentenceConfig = z.object({ truncate_dim: z.number().int().positive().nullish() })

/**
 * The length to which sentence-transformers truncates the vectors of a repo, if the repo sets one. It reads the file only
 * for a repo that lists its modules.
 */
export async function readVectorLength(files: ModelFiles): Promise<number | undefined> {
  if ((await readModules(files)).length === 0) return undefined
  return (await readConfig(files, 'config_sentence_transformers.json', sentenceConfig))?.truncate_dim ?? undefined
}
