import { expect, it } from 'vitest'
import type { Batcher } from '../../../../gpu-service/batcher/batcher.ts'
import type { Embedding, EmbeddingInput } from '../../../../gpu-service/tasks/feature-extraction/embeddings.ts'
import { createSparse } from '../../../../gpu-service/tasks/sparse/sparse.ts'

/** A model that gives a text so many weights of so many words. */
function asking({ words, weights }: { words: number; weights: number }) {
  const output = new Float32Array(words).fill(1, 0, weights)
  const submitAll = async (inputs: readonly unknown[]) =>
    inputs.map(() => ({ output, queueMs: 0, runMs: 0, batchSize: 1 }))
  const sparse = createSparse({
    batcher: { submitAll } as unknown as Batcher<EmbeddingInput, Embedding>,
    texts: { encode: async ({ texts }) => texts.map(() => ({ ids: [1], wanted: 'vector' })) },
    prompts: { names: [], defaultName: undefined, named: () => '' },
    config: { pooling: 'max', logarithms: 1, source: 'test' },
    ...{ words, maxTokens: 8, vocabularySize: words },
  })
  const options = { signal: new AbortController().signal, deadlineMs: undefined, priority: 'interactive' as const }
  return (texts: number) => sparse({ inputs: Array<string>(texts).fill('a'), options: options as never })
}

it('gives the weights of as many texts as a request may have, of a vocabulary and with weights as usual', async () => {
  const { vectors } = await asking({ words: 30_522, weights: 300 })(2048)
  expect(vectors.map(({ length }) => length)).toEqual(Array(2048).fill(300))
})

it('refuses texts whose numbers would be gigabytes before they are run', async () => {
  const ask = asking({ words: 250_002, weights: 300 })
  await expect(ask(269)).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('269 texts; the limit is 268 per request where each has 250002 words'),
  })
  expect((await ask(268)).vectors).toHaveLength(268)
})

it('refuses more weights than can be held, of a model that leaves no word out', async () => {
  await expect(asking({ words: 30_522, weights: 30_522 })(2048)).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringMatching(/^The first 138 texts have \d+ weights; the limit is 4194304 per request/),
  })
})
