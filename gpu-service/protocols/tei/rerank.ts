import * as z from 'zod'
import { parseWith } from '../../../shared/http/json-body.ts'
import { capabilityOf } from '../../tasks/capabilities.ts'
import { answersJson } from '../../tasks/write-json.ts'
import { assertCount, assertText, charactersOf, truncationFields, truncationOf } from './tei-body.ts'
import type { TeiOperation } from './tei-operation.ts'

const request = z.object({
  query: z.string(),
  texts: z.unknown(),
  ...truncationFields,
  raw_scores: z.boolean().nullish(),
  return_text: z.boolean().nullish(),
})

/** `POST /rerank`: `[{index, text?, score}]`, best first. */
export const rerank: TeiOperation = {
  kind: 'rerank',
  counts: 'predict',
  field: 'texts',
  async answer({ body, model, route, options }) {
    const { query, texts: listed, raw_scores, return_text, ...how } = parseWith(request, body)
    const ask = capabilityOf({ model, kind: 'rerank', route })
    const { texts } = parseWith(z.object({ texts: z.array(z.string()) }), { texts: assertCount(listed, 'texts') })
    for (const text of texts) assertText([query, text], 'inputs')
    const { scores, ...answered } = await ask({
      query,
      texts,
      truncation: truncationOf(how),
      rawScores: raw_scores ?? false,
      options,
    })
    const ranked = scores
      .map((score, index) => ({ index, ...(return_text && { text: texts[index] }), score }))
      .sort((a, b) => b.score - a.score)
    const characters = charactersOf(texts) + charactersOf([query]) * texts.length
    const write = (one: (typeof ranked)[number]) => JSON.stringify(one)
    const json = await answersJson({ items: ranked, isList: true, write, signal: options.signal })
    return { json, ...answered, characters, inputs: texts.length, isSingle: false }
  },
}
