import { expect, it } from 'vitest'
import type { Batcher } from '../../../../gpu-service/batcher/batcher.ts'
import type { CallOptions } from '../../../../gpu-service/batcher/call-options.ts'
import { embedSparse } from '../../../../gpu-service/protocols/tei/embed-sparse.ts'
import type { TeiRequest } from '../../../../gpu-service/protocols/tei/tei-operation.ts'
import { answerVertex } from '../../../../gpu-service/protocols/tei/vertex.ts'
import type { Embedding, EmbeddingInput } from '../../../../gpu-service/tasks/feature-extraction/embedding-input.ts'
import { createSparse } from '../../../../gpu-service/tasks/sparse/sparse.ts'

/** A model with this vocabulary size whose output depends on the position of the text in the request. */
function asking({ words, outputOf }: { words: number; outputOf: (text: number) => Embedding }) {
  const asked: number[] = []
  const submitAll = async (inputs: readonly EmbeddingInput[], { charge }: Partial<CallOptions> = {}) => {
    asked.push(inputs.length)
    charge?.(inputs.length)
    return inputs.map(({ ids: [text = 0] }) => ({ output: outputOf(text), queueMs: 0, runMs: 0, batchSize: 1 }))
  }
  const sparse = createSparse({
    batcher: { submitAll } as unknown as Batcher<EmbeddingInput, Embedding>,
    texts: { encode: async ({ texts }) => texts.map((_, text) => ({ ids: [text], wanted: 'vector' })) },
    prompts: { names: [], defaultName: undefined, named: () => '' },
    config: { pooling: 'max', logarithms: 1, source: 'test' },
    ...{ words, maxTokens: 8, vocabularySize: words },
  })
  const ask = (texts: number, charge?: CallOptions['charge']) =>
    sparse({
      inputs: Array<string>(texts).fill('a'),
      options: { signal: new AbortController().signal, charge } as never,
    })
  return { asked, ask, sparse }
}

it('runs no more texts at once than fit in memory with a number per word, and answers all in order', async () => {
  const outputOf = (text: number) => new Float32Array(600).fill(1, text, text + 1)
  const { ask, asked } = asking({ words: 250_002, outputOf })
  const { vectors } = await ask(600)
  expect(vectors.map(([weight]) => weight?.index)).toEqual(Array.from({ length: 600 }, (_, text) => text))
  expect(asked).toEqual([268, 268, 64])
})

it('charges all tokens before the first part runs, and each once', async () => {
  const { ask, asked } = asking({ words: 250_002, outputOf: () => new Float32Array(4) })
  const charged: { tokens: number; after: number }[] = []
  await ask(600, (tokens) => charged.push({ tokens, after: asked.length }))
  expect(charged).toEqual([{ tokens: 600, after: 0 }])
  const refuse = () => {
    throw new Error('refused')
  }
  await expect(ask(600, refuse)).rejects.toThrow('refused')
  expect(asked).toHaveLength(3)
})

it('accepts the usual number of texts for a usual vocabulary and usual weights', async () => {
  const output = new Float32Array(30_522).fill(1, 0, 300)
  const { ask, asked } = asking({ words: 30_522, outputOf: () => output })
  expect((await ask(2048)).vectors.map(({ length }) => length)).toEqual(Array(2048).fill(300))
  expect(asked).toEqual([2048])
})

it('refuses more weights than the limit, from a model that gives every word a weight', async () => {
  const output = new Float32Array(30_522).fill(1)
  await expect(asking({ words: 30_522, outputOf: () => output }).ask(2048)).rejects.toMatchObject({
    code: 'invalid_input',
    message: 'The texts have more than 4194304 weights, the limit per request. Send fewer texts.',
  })
})

it('applies the limit of weights to all instances of a request together', async () => {
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
