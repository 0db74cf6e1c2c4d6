import * as z from 'zod'
import { parseWith } from '../../../shared/http/json-body.ts'
import { capabilityOf } from '../../tasks/capabilities.ts'
import type { Embedding, EmbeddingInput } from '../../tasks/feature-extraction/embedding-input.ts'
import { type TextOrIds, type TokensOf, tokensOf } from '../../tasks/feature-extraction/texts-or-ids.ts'
import { floatsJson } from '../../tasks/feature-extraction/vector-json.ts'
import { timingOf } from '../../tasks/timing.ts'
import { answersJson, listParts } from '../../tasks/write-json.ts'
import { charactersOf, readInputs, truncationFields, truncationOf } from './tei-body.ts'
import type { TeiOperation } from './tei-operation.ts'

const allRequest = z.object({ inputs: z.unknown(), ...truncationFields, prompt_name: z.string().nullish() })
const embedRequest = allRequest.extend({
  normalize: z.boolean().nullish(),
  dimensions: z.number().int().positive('should be positive').nullish(),
})

/** `POST /embed`: `number[][]`, a list even for one input; normalised unless `normalize` is false. */
export const embed: TeiOperation = {
  kind: 'embeddings',
  counts: 'embed',
  async answer({ body, model, route, options }) {
    const { inputs, normalize, dimensions, prompt_name: promptName, ...how } = parseWith(embedRequest, body)
    const embeddings = capabilityOf({ model, kind: 'embeddings', route })
    const { list, isSingle } = readInputs(inputs)
    const asked = { promptName, truncation: truncationOf(how), signal: options.signal }
    const { tokens, tokenizationMs } = await tokenized({ list, embeddings, ...asked })
    const results = await embeddings.embed({ inputs: tokens, normalize: normalize ?? true, dimensions, options })
    const vectors = results.map(({ output }) => output)
    const json = await answersJson({ items: vectors, isList: true, write: floatsJson, signal: options.signal })
    return { json, timing: timingOf(results), tokenizationMs, ...about(list, tokens), isSingle }
  },
}

/** `POST /embed_all`: the vectors of every token, `number[][][]`. */
export const embedAll: TeiOperation = {
  kind: 'embeddings',
  counts: 'embed',
  async answer({ body, model, route, options }) {
    const { inputs, prompt_name: promptName, ...how } = parseWith(allRequest, body)
    const embeddings = capabilityOf({ model, kind: 'embeddings', route })
    const { list, isSingle } = readInputs(inputs)
    const asked = { promptName, truncation: truncationOf(how), wanted: 'tokens' as const, signal: options.signal }
    const { tokens, tokenizationMs } = await tokenized({ list, embeddings, ...asked })
    const results = await embeddings.embedTokens({ inputs: tokens, options })
    const write = ({ output }: (typeof results)[number], index: number) =>
      listParts(rowsOf(output, tokens[index]?.ids.length ?? 1), floatsJson)
    const json = await answersJson({ items: results, isList: true, write, signal: options.signal })
    return { json, timing: timingOf(results), tokenizationMs, ...about(list, tokens), isSingle }
  },
}

const about = (list: TextOrIds[], tokens: EmbeddingInput[]) => ({
  tokens: tokens.reduce((total, { ids }) => total + ids.length, 0),
  characters: charactersOf(list),
  inputs: list.length,
})

/** The vector of each token. */
function* rowsOf(output: Embedding, count: number): Generator<Embedding> {
  const width = output.length / count
  for (let row = 0; row < count; row++) yield output.subarray(row * width, (row + 1) * width)
}

async function tokenized({ list, ...how }: Omit<TokensOf, 'param' | 'paramAt'>) {
  const startedMs = performance.now()
  const paramAt = (index: number) => (list.length === 1 ? 'inputs' : `inputs[${index}]`)
  const tokens = await tokensOf({ ...how, list, param: 'inputs', paramAt })
  return { tokens, tokenizationMs: performance.now() - startedMs }
}
