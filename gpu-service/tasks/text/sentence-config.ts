import * as z from 'zod'
import { type ModelFiles, readConfig } from '../../models/model-files.ts'

/** The names under which sentence-transformers looks for it, in its order. */
export const sentenceConfigs = ['bert', 'roberta', 'distilbert', 'camembert', 'albert', 'xlm-roberta', 'xlnet'].map(
  (encoder) => `sentence_${encoder}_config.json`,
)

const tokenizerArguments = z.object({ model_max_length: z.number().nullish() }).nullish()
const sentenceConfig = z.object({
  max_seq_length: z.number().nullish(),
  do_lower_case: z.boolean().nullish(),
  processor_kwargs: tokenizerArguments,
  /** The name of `processor_kwargs` before version 6. */
  tokenizer_args: tokenizerArguments,
})

export const sentenceConfigPath = ({ paths }: Pick<ModelFiles, 'paths'>): string | undefined =>
  sentenceConfigs.find((name) => paths.has(name))

/** How sentence-transformers tokenises the texts of a repo, if the repo says. */
export async function readSentenceConfig(files: ModelFiles): Promise<z.infer<typeof sentenceConfig>> {
  const path = sentenceConfigPath(files)
  return (path !== undefined && (await readConfig(files, path, sentenceConfig))) || {}
}
