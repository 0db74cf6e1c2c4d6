import * as z from 'zod'
import { parseWith } from '../../../shared/http/json-body.ts'
import { capabilityOf } from '../../tasks/capabilities.ts'
import { answersJson } from '../../tasks/write-json.ts'
import { assertCount, assertText, charactersOf, truncationFields, truncationOf } from './tei-body.ts'
import type { TeiOperation } from './tei-operation.ts'

const sequence = z.union([z.tuple([z.string()]), z.tuple([z.string(), z.string()])], {
  error: 'must be a list of a text or of a pair of texts',
})
const request = z.object({ inputs: z.unknown(), ...truncationFields, raw_scores: z.boolean().nullish() })

/**
 * `POST /predict`: a text, one pair as a list of two, or a list of lists of either. One input gets a flat answer,
 * several a nested one.
 */
export const predict: TeiOperation = {
  kind: 'classify',
  counts: 'predict',
  async answer({ body, model, route, options }) {
    const { inputs, raw_scores, ...how } = parseWith(request, body)
    const classify = capabilityOf({ model, kind: 'classify', route })
    const { list, isSingle } = readSequences(inputs)
    for (const one of list) assertText(one, 'inputs')
    const { classes, ...answered } = await classify({
      inputs: list.map(([text, pair]) => (pair === undefined ? text : [text, pair])),
      truncation: truncationOf(how),
      rawScores: raw_scores ?? false,
      options,
    })
    const json = await answersJson({
      items: classes,
      isList: !isSingle,
      write: (classesOf) => JSON.stringify(classesOf().map(({ score, label }) => ({ score, label }))),
      signal: options.signal,
    })
    return { json, ...answered, characters: charactersOf(list), inputs: list.length, isSingle }
  },
}

function readSequences(inputs: unknown): { list: ([string] | [string, string])[]; isSingle: boolean } {
  if (typeof inputs === 'string') return { list: [[inputs]], isSingle: true }
  if (Array.isArray(inputs) && inputs.length > 0 && inputs.every((one) => typeof one === 'string'))
    return { list: [parseWith(z.object({ inputs: sequence }), { inputs }).inputs], isSingle: true }
  const list = assertCount(inputs, 'inputs')
  return { list: parseWith(z.object({ inputs: z.array(sequence) }), { inputs: list }).inputs, isSingle: false }
}
