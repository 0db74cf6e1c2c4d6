import { parse } from 'yaml'
import * as z from 'zod'

const words = z
  .union([z.string(), z.array(z.union([z.string(), z.number(), z.boolean(), z.null()]))])
  .transform((value) => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [value]))
  .catch([])

/** The front matter of a README, in the Hub's words; what is not of the expected kind is left out. */
const card = z.object({
  pipeline_tag: z.string().optional().catch(undefined),
  library_name: z.string().optional().catch(undefined),
  license: z.string().optional().catch(undefined),
  tags: words.default([]),
  base_model: words.default([]),
  datasets: words.default([]),
  language: words.default([]),
})

export type ModelCard = z.infer<typeof card>

const frontMatter = /^﻿?---\r?\n([\s\S]*?)\r?\n---\s*(?:\r?\n|$)/

/** Cards with many evaluation results reach a few hundred KB. */
const yamlMaxBytes = 1024 ** 2

/** Reads the YAML between the first two `---` of a README. @throws Error where it is no YAML. */
export function readModelCard(readme: string): ModelCard {
  const [, yaml] = frontMatter.exec(readme) ?? []
  if (yaml !== undefined && yaml.length > yamlMaxBytes)
    throw new RangeError(`its front matter is larger than ${yamlMaxBytes} bytes`)
  // Aliases are off: a few bytes of nested ones unfold to gigabytes. Each key is not compared with all the others.
  const data: unknown = yaml === undefined ? {} : parse(yaml, { maxAliasCount: 0, schema: 'core', uniqueKeys: false })
  return card.parse(typeof data === 'object' && data !== null && !Array.isArray(data) ? data : {})
}
