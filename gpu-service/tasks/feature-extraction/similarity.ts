import * as z from 'zod'
import type { CallOptions } from '../../batcher/call-options.ts'
import { mapInSlices } from '../../yield-turn.ts'
import { inputsMax } from '../limits.ts'
import { timingOf } from '../timing.ts'
import type { Embedding } from './embedding-input.ts'
import type { Embeddings, TokenizeTexts } from './embeddings.ts'

/** The `inputs` of sentence-similarity. */
export const similarityInputs = z.object({
  source_sentence: z.string(),
  sentences: z
    .array(z.string())
    .min(1, 'is empty: send at least one sentence')
    .max(inputsMax - 1, `has too many; the limit is ${inputsMax - 1} per request`),
})

/**
 * Returns the cosine similarity of each sentence to the source. The `similarity_fn_name` of the repo is not read, because
 * Hugging Face's inference API and toolkit and TEI answer the cosine for every model, and their clients rely on it.
 */
export async function similarity({ embeddings, inputs, options, ...how }: Similarity) {
  const texts = [inputs.source_sentence, ...inputs.sentences]
  const tokens = await embeddings.tokenize({ ...how, texts, param: 'sentences', signal: options.signal })
  const results = await embeddings.embed({ inputs: tokens, normalize: true, options })
  const [source = new Float32Array(), ...vectors] = results.map(({ output }) => output)
  const scores = await mapInSlices({ items: vectors, signal: options.signal, map: (vector) => dot(source, vector) })
  return { scores, timing: timingOf(results), tokens: tokens.reduce((total, { ids }) => total + ids.length, 0) }
}

interface Similarity extends Pick<TokenizeTexts, 'promptName' | 'truncation'> {
  embeddings: Embeddings
  inputs: z.output<typeof similarityInputs>
  options: CallOptions
}

function dot(a: Embedding, b: Embedding): number {
  let sum = 0
  for (const [index, value] of a.entries()) sum += value * (b[index] ?? Number.NaN)
  return sum
}
