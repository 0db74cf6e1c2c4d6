import { expect, it } from 'vitest'
import { afterPrompt } from '../../../../../gpu-service/tasks/text-ranking/after-prompt.ts'
import { heldBytes } from '../../support/held-bytes.ts'

const { signal } = new AbortController()

it('a prompt before a long query of many documents takes the memory of one, not of one per document', async () => {
  const query = 'which ship sails to the harbour? '.repeat(30_000)
  const inputs = Array.from({ length: 200 }, (_, at) => ({ text: query, pair: `ship ${at}`, param: 'texts' }))
  let taken = 0
  const ask = afterPrompt(async ({ inputs: prompted }) => {
    const before = await heldBytes()
    // As in the cache of first tokens, which reads every character of its keys.
    const cache = new Map(prompted.map(({ text, pair }) => [text, pair]))
    taken = (await heldBytes()) - before
    expect([...cache.keys()]).toEqual([`search: ${query}`])
    expect(prompted).toHaveLength(200)
    return { logits: [], timing: { queueMs: 0, runMs: 0, batchSize: 0 }, tokens: 0 }
  }, 'search: ')
  await ask({ inputs, truncation: { truncate: true }, options: { signal } })
  expect(taken).toBeLessThan(10 * query.length)
})
