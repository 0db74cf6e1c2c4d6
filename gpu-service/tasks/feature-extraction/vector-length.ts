import * as z from 'zod'
import { type ModelFiles, readConfig } from '../../models/model-files.ts'

const sentenceConfig = z.object({ truncate_dim: z.number().int().positive().nullish() })

/** The length to which sentence-transformers truncates the vectors of a repo, if the repo sets one. */
export async function readVectorLength(files: ModelFiles): Promise<number | undefined> {
  return (await readConfig(files, 'config_sentence_transformers.json', sentenceConfig))?.truncate_dim ?? undefined
}
