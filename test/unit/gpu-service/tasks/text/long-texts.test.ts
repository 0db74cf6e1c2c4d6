import { describe, expect, it } from 'vitest'
import { createTextEncoder } from '../../../../../gpu-service/tasks/text/text-encoder.ts'
import { gatherTokens, type Piece } from '../../../../../gpu-service/tasks/text/text-pieces.ts'
import { yieldTurnFor } from '../../../../../gpu-service/yield-turn.ts'
import { countTurns } from '../../../../support/count-turns.ts'
import { bytes, deberta, fallback, nfkc, t5, xlmr } from '../../support/small-tokenizers.ts'

describe('a long text in pieces', () => {
  const { signal } = new AbortController()
  const yieldTurn = yieldTurnFor(signal)
  const text = 'Hello world  Hello, wor\nworld é🙂 ①2 world Hello '.repeat(160)

  const kinds = { xlmr, t5, nfkc, deberta, roberta: bytes(true), prefixed: bytes(false, true), gpt: bytes(false) }

  it.each(Object.entries(kinds))('has the same tokens and positions as the whole: %s', async (_, tokenizer) => {
    const tokensOf = (piece: Piece) => tokenizer.spanned(text, piece)
    const tokens = await gatherTokens({ text, from: 'start', tokensOf, yieldTurn })
    expect(tokens).toEqual(tokensOf({ start: 0, end: text.length }))
  })

  it.each(Object.entries({ ...kinds, llama: fallback }))(
    'has the same tokens if read in slices, even without spaces between words: %s',
    async (_, tokenizer) => {
      for (const joined of [text, '世界，Hello。'.repeat(600), 'Hello,world.12;'.repeat(600)]) {
        const whole = tokenizer.ids(joined, { start: 0, end: joined.length })
        expect(await tokenizer.firstInTurns(joined, whole.length, yieldTurn)).toEqual(whole)
        expect(tokenizer.first(joined, whole.length)).toEqual(whole)
      }
    },
  )

  it('yields the event loop, however many tokens the model takes', async () => {
    const encoder = createTextEncoder({ tokenizer: nfkc, maxTokens: 8192 })
    const truncation = { truncate: true, direction: 'right' } as const
    const turns = countTurns()
    await encoder.encode({ text: 'Hello wor '.repeat(6600), truncation, yieldTurn: yieldTurnFor(signal) })
    expect(turns()).toBeGreaterThan(3)
  })
})
