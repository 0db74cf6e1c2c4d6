import { expect, it } from 'vitest'
import type { Batcher } from '../../../../gpu-service/batcher/batcher.ts'
import { embedSparse } from '../../../../gpu-service/protocols/tei/embed-sparse.ts'
import type { TeiRequest } from '../../../../gpu-service/protocols/tei/tei-operation.ts'
import { answerVertex } from '../../../../gpu-service/protocols/tei/vertex.ts'
import type { Embedding, EmbeddingInput } from '../../../../gpu-service/tasks/feature-extraction/embeddings.ts'
import { createSparse } from '../../../../gpu-service/tasks/sparse/sparse.ts'

/** A model of so many words; what it gives for a text depends on which of the request's it is. */
function asking({ words, outputOf }: { words: number; outputOf: (text: number) => Embedding }) {
  const asked: number[] = []
  const submitAll = async (inputs: readonly EmbeddingInput[]) => {
    asked.push(inputs.length)
    return inputs.map(({ ids: [text = 0] }) => ({ output: outputOf(text), queueMs: 0, runMs: 0, batchSize: 1 }))
  }
  const sparse = createSparse({
    batcher: { submitAll } as unknown as Batcher<EmbeddingInput, Embedding>,
    texts: { encode: async ({ texts }) => texts.map((_, text) => ({ ids: [text], wanted: 'vector' })) },
    prompts: { names: [], defaultName: undefined, named: () => '' },
    config: { pooling: 'max', logarithms: 1, source: 'test' },
    ...{ words, maxTokens: 8, vocabularySize: words },
  })
  const options = { signal: new AbortController().signal } as never
  const ask = (texts: number) => sparse({ inputs: Array<string>(texts).fill('a'), options })
  return { asked, ask, sparse }
}

it('asks about no more texts at once than can be held with a number for every word, and answers all in order', async () => {
  const outputOf = (text: number) => new Float32Array(600).fill(1, text, text + 1)
  const { ask, asked } = asking({ words: 250_002, outputOf })
  const { vectors } = await ask(600)
  expect(vectors.map(([weight]) => weight?.index)).toEqual(Array.from({ length: 600 }, (_, text) => text))
  expect(asked).toEqual([268, 268, 64])
})

it('has as many texts in one request as others, of a vocabulary and with weights as usual', async () => {
  const output = new Float32Array(30_522).fill(1, 0, 300)
  const { ask, asked } = asking({ words: 30_522, outputOf: () => output })
  expect((await ask(2048)).vectors.map(({ length }) => length)).toEqual(Array(2048).fill(300))
  expect(asked).toEqual([2048])
})

it('refuses more weights than can be held, of a model that leaves no word out', async () => {
  const output = new Float32Array(30_522).fill(1)
  await expect(asking({ words: 30_522, outputOf: () => output }).ask(2048)).rejects.toMatchObject({
    code: 'invalid_input',
    message: 'The texts have more than 4194304 weights, the most that one answer may have. Send fewer texts.',
  })
})

it('refuses them too where the instances of one request have so many together', async () => {
  const output = new Float32Array(30_522).fill(1)
  const { sparse } = asking({ words: 30_522, outputOf: () => output })
  const instances = Array.from({ length: 256 }, () => ({ inputs: Array<string>(8).fill('a') }))
  const route = { service: { capabilities: { sparse } } }
  const options = { signal: new AbortController().signal }
  const request = { body: { instances }, model: 'tiny', route, options } as unknown as TeiRequest
  await expect(answerVertex(() => embedSparse, request)).rejects.toMatchObject({
    message: expect.stringContaining('more than 4194304 weights'),
  })
})
