import type { Batcher } from '../../batcher/batcher.ts'
import type { CallOptions } from '../../batcher/call-options.ts'
import type { Embedding, EmbeddingInput } from '../feature-extraction/embedding-input.ts'
import type { TextInputs } from '../feature-extraction/text-inputs.ts'

const countMax = 10_000
const sizeMaxBytes = 32 * 1024 * 1024

interface Held {
  /** The key, in memory of its own: a label is a slice of its request's body and would keep all of that alive. */
  text: string
  vector: Embedding
}

/** LRU cache of the vectors of texts, because a classifier's labels are the same in every request. */
export class LabelVectorCache {
  readonly #held = new Map<string, Held>()
  #sizeBytes = 0

  get(text: string): Embedding | undefined {
    const held = this.#held.get(text)
    if (held === undefined) return undefined
    // Moves it to the end of the eviction order.
    this.#held.delete(text)
    this.#held.set(held.text, held)
    return held.vector
  }

  keep(text: string, vector: Embedding): void {
    if (this.#held.has(text)) return
    // A copy, because a view would keep the shared buffer of its run alive.
    const own: Held = { text: ownText(text), vector: vector.slice() }
    this.#held.set(own.text, own)
    this.#sizeBytes += sizeOf(own)
    for (const [oldest, held] of this.#held) {
      if (this.#held.size <= countMax && this.#sizeBytes <= sizeMaxBytes) break
      this.#held.delete(oldest)
      this.#sizeBytes -= sizeOf(held)
    }
  }

  get count(): number {
    return this.#held.size
  }
}

const sizeOf = ({ text, vector }: Held): number => text.length * 2 + vector.byteLength

const ownText = (text: string): string => Buffer.from(text, 'utf16le').toString('utf16le')

/** Returns the vectors of texts, running only those that are not cached. */
export function labelVectorsOf({ batcher, texts: tower }: LabelVectorsOf) {
  const known = new LabelVectorCache()
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
