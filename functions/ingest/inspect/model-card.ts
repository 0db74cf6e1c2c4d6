import * as z from 'zod'
import { readFrontMatter } from './front-matter.ts'

const words = z
  .union([z.string(), z.array(z.unknown())])
  .transform((value) => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [value]))
  .catch([])
const word = z.string().optional().catch(undefined)

/** The front matter of a README by the Hub's names; fields of a wrong type are left out. */
const card = z.object({
  pipeline_tag: word,
  library_name: word,
  license: word,
  license_name: word,
  license_link: word,
  new_version: word,
  base_model_relation: z.enum(['adapter', 'merge', 'quantized', 'finetune']).optional().catch(undefined),
  tags: words.default([]),
  base_model: words.default([]),
  datasets: words.default([]),
  language: words.default([]),
  metrics: words.default([]),
})

export interface ModelCard extends z.infer<typeof card> {
  /** Its other fields (github.com/huggingface/hub-docs, `modelcard.md`). */
  more: Record<string, unknown>
  warnings: string[]
}

const moreFields = /^(?:model-index|co2_eq_emissions|thumbnail|widget|inference|extra_gated_[a-z_]{1,50})$/

/** Reads a model card. @throws Error where it is larger than any card */
export async function readModelCard(readme: string): Promise<ModelCard> {
  const { data, warnings } = await readFrontMatter(readme)
  const more = [...data].filter(([name]) => moreFields.test(name))
  return {
    ...card.parse(Object.fromEntries(data)),
    more: Object.fromEntries(more),
    warnings,
  }
}
