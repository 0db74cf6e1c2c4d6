import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createTextEncoder } from '../../../../../gpu-service/tasks/text/text-encoder.ts'
import { createTokenizer } from '../../../../../gpu-service/tasks/text/tokenizer.ts'
import { tokenizerCapability } from '../../../../../gpu-service/tasks/text/tokenizer-capability.ts'
import { yieldTurnFor } from '../../../../../gpu-service/yield-turn.ts'
import { fixtureModel } from '../../support/folders.ts'

const file = JSON.parse(readFileSync(join(fixtureModel('slipway-tests/tiny-embedder'), 'tokenizer.json'), 'utf8'))
const tokenizer = createTokenizer(file, {})
const { signal } = new AbortController()

describe('the tokenizer of a model', () => {
  const capability = tokenizerCapability(tokenizer)

  it('reports each token, its position in characters, and which are special', async () => {
    const [tokens = []] = await capability.tokenize({
      texts: ['🙂 the sun'],
      addSpecialTokens: true,
      tokensMax: 1000,
      signal,
    })
    expect(tokens[0]).toMatchObject({ special: true })
    expect(tokens[0]).not.toHaveProperty('start')
    expect(tokens.find(({ text }) => text === 'the')).toMatchObject({ special: false, start: 2, stop: 5 })
  })

  it('reports as many tokens as the limit for all texts, including special ones, and refuses one more', async () => {
    const ask = (tokensMax: number) =>
      capability.tokenize({ texts: ['the sun', 'the sun'], addSpecialTokens: true, tokensMax, signal })
    const lists = await ask(1000)
    const count = lists.reduce((total, { length }) => total + length, 0)
    expect(await ask(count)).toEqual(lists)
    await expect(ask(count - 1)).rejects.toMatchObject({ code: 'invalid_input', param: 'inputs' })
  })

  it('decodes ids to text, and refuses unknown ids', async () => {
    const asked = { text: 'the sun', truncation: { truncate: true }, yieldTurn: yieldTurnFor(signal) }
    const { ids } = await createTextEncoder({ tokenizer, maxTokens: 12 }).encode(asked)
    expect(capability.decode({ ids, skipSpecialTokens: true })).toBe('the sun')
    expect(capability.decode({ ids, skipSpecialTokens: false })).toContain('[CLS]')
    for (const id of [-1, 1e9, 1.5, Number.NaN])
      expect(() => capability.decode({ ids: [1, id], skipSpecialTokens: true })).toThrow(/ids\[1\]/)
  })
})
