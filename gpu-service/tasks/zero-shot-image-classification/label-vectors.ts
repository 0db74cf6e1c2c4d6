import type { Batcher } from '../../batcher/batcher.ts'
import type { CallOptions } from '../../batcher/call-options.ts'
import type { Embedding, EmbeddingInput } from '../feature-extraction/embeddings.ts'
import type { TextInputs } from '../feature-extraction/text-inputs.ts'

const countMax = 10_000
const sizeMaxBytes = 32 * 1024 * 1024

/** The vectors of texts that were asked for lately: the labels of a classifier are the same in every request. */
export class LabelVectors {
  readonly #vectors = new Map<string, Embedding>()
  #sizeBytes = 0

  get(text: string): Embedding | undefined {
    const vector = this.#vectors.get(text)
    if (vector === undefined) return undefined
    // Behind the others again: what was used longest ago is first to go.
    this.#vectors.delete(text)
    this.#vectors.set(text, vector)
    return vector
  }

  keep(text: string, vector: Embedding): void {
    if (this.#vectors.has(text)) return
    // A copy, because the vectors of a run share one buffer, which one of them would keep alive.
    const own = vector.slice()
    this.#vectors.set(text, own)
    this.#sizeBytes += sizeOf(text, own)
    for (const [oldest, held] of this.#vectors) {
      if (this.#vectors.size <= countMax && this.#sizeBytes <= sizeMaxBytes) break
      this.#vectors.delete(oldest)
      this.#sizeBytes -= sizeOf(oldest, held)
    }
  }

  get count(): number {
    return this.#vectors.size
  }
}

const sizeOf = (text: string, vector: Embedding): number => text.length * 2 + vector.byteLength

/** The vectors of texts, of which only those are run that are not known yet. */
export function labelVectorsOf({ batcher, texts: tower }: LabelVectorsOf) {
  const known = new LabelVectors()
  return async (texts: readonly string[], options: CallOptions) => {
    const found = new Map(texts.map((text) => [text, known.get(text)] as const))
    const missing = [...found].filter(([, vector]) => vector === undefined).map(([text]) => text)
    const inputs = await tower.encode({ texts: missing, prompt: '', signal: options.signal })
    const results = inputs.length === 0 ? [] : await batcher.submitAll(inputs, options)
    for (const [index, text] of missing.entries()) {
      const vector = results[index]?.output
      if (vector === undefined) throw new Error('a text was not answered')
      known.keep(text, vector)
      found.set(text, vector)
    }
    return { vectors: texts.flatMap((text) => found.get(text) ?? []), results }
  }
}

interface LabelVectorsOf {
  batcher: Pick<Batcher<EmbeddingInput, Embedding>, 'submitAll'>
  texts: TextInputs
}
