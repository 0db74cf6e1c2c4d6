import * as z from 'zod'
import { parseWith } from '../../../shared/http/json-body.ts'
import { capabilityOf } from '../../tasks/capabilities.ts'
import { sparseJson } from '../../tasks/sparse/sparse-pipeline.ts'
import { charactersOf, readInputs, truncationFields, truncationOf } from './tei-body.ts'
import type { TeiOperation } from './tei-operation.ts'

const request = z.object({ inputs: z.unknown(), ...truncationFields, prompt_name: z.string().nullish() })

/** `POST /embed_sparse`: `{index, value}[][]`, for sparse models. */
export const embedSparse: TeiOperation = {
  kind: 'sparse',
  counts: 'embed',
  async answer({ body, model, route, options, held }) {
    const { inputs, prompt_name: promptName, ...how } = parseWith(request, body)
    const sparse = capabilityOf({ model, kind: 'sparse', route })
    const { list, isSingle } = readInputs(inputs)
    const { vectors, ...answered } = await sparse({
      inputs: list,
      truncation: truncationOf(how),
      promptName,
      options,
      held,
    })
    const json = await sparseJson(vectors, options.signal)
    return { json, ...answered, characters: charactersOf(list), inputs: list.length, isSingle }
  },
}
