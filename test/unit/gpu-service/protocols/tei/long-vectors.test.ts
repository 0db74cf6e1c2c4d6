import { expect, it } from 'vitest'
import { embedAll } from '../../../../../gpu-service/protocols/tei/embed.ts'

it('/embed_all writes the vectors of one long text in small pieces', async () => {
  const [tokens, width] = [1000, 256]
  const output = Float32Array.from({ length: tokens * width }, (_, index) => index / 7)
  const embeddings = {
    tokenize: async () => [],
    accept: (ids: number[]) => ({ ids }),
    embedTokens: async () => [{ output, queueMs: 0, runMs: 0, batchSize: 1 }],
  }
  const route = { service: { capabilities: { embeddings } } } as never
  const { signal } = new AbortController()
  const body = { inputs: Array(tokens).fill(5) }
  const { json } = await embedAll.answer({ body, model: 'long', route, options: { signal } as never })
  const pieces = await Array.fromAsync(json as AsyncIterable<string>)
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(100_000)
  const rows = Array.from({ length: tokens }, (_, row) => Array.from(output.subarray(row * width, (row + 1) * width)))
  expect(JSON.parse(pieces.join(''))).toEqual([rows])
})
