import * as z from 'zod'
import { parseWith } from '../../../shared/http/json-body.ts'
import { capabilityOf } from '../../tasks/capabilities.ts'
import { similarity as compare, similarityInputs } from '../../tasks/feature-extraction/similarity.ts'
import { inputsMax } from '../../tasks/limits.ts'
import { assertCount, assertText, charactersOf, truncationFields, truncationOf } from './tei-body.ts'
import type { TeiOperation } from './tei-operation.ts'

const request = z.object({
  inputs: z.looseObject({ sentences: z.unknown() }),
  parameters: z.object({ ...truncationFields, prompt_name: z.string().nullish() }).nullish(),
})

/** `POST /similarity`: the cosine similarity of each sentence to the source. */
export const similarity: TeiOperation = {
  kind: 'embeddings',
  counts: 'embed',
  async answer({ body, model, route, options }) {
    const { inputs: asked, parameters } = parseWith(request, body)
    const embeddings = capabilityOf({ model, kind: 'embeddings', route })
    assertCount(asked.sentences, 'inputs.sentences', inputsMax - 1)
    const { inputs } = parseWith(z.object({ inputs: similarityInputs }), { inputs: asked })
    const texts = [inputs.source_sentence, ...inputs.sentences]
    for (const text of texts) assertText(text, 'inputs')
    const truncation = truncationOf(parameters ?? {})
    const promptName = parameters?.prompt_name
    const { scores, ...answered } = await compare({ embeddings, inputs, promptName, truncation, options })
    const characters = charactersOf(texts)
    return { json: JSON.stringify(scores), ...answered, characters, inputs: texts.length, isSingle: false }
  },
}
