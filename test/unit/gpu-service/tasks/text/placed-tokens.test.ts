import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assembleLocated, specialToken } from '../../../../../gpu-service/tasks/text/encoded-text.ts'
import { joinPlaced, placedTokens, slicePlaced } from '../../../../../gpu-service/tasks/text/placed-tokens.ts'
import type { Piece } from '../../../../../gpu-service/tasks/text/text-pieces.ts'
import type { TextTokenizer } from '../../../../../gpu-service/tasks/text/tokenizer.ts'
import { windowBudget } from '../../../../../gpu-service/tasks/text/window-budget.ts'
import { textWindows } from '../../../../../gpu-service/tasks/token-classification/text-windows.ts'
import { heldBytes } from '../../support/held-bytes.ts'

const token = fc.record({
  id: fc.nat(),
  start: fc.nat(),
  end: fc.nat(),
  word: fc.record({ start: fc.nat(), end: fc.nat() }),
})

describe('tokens in columns', () => {
  it('are unchanged by slicing and joining', () => {
    fc.assert(
      fc.property(fc.array(token), fc.nat(20), (tokens, at) => {
        const placed = placedTokens(tokens)
        expect(joinPlaced([slicePlaced(placed, 0, at), slicePlaced(placed, at)])).toEqual(placed)
      }),
    )
  })

  it('are placed between the special tokens of the model, which have no position', () => {
    const texts = [3, 5].map((id) => placedTokens([{ id, start: id, end: id + 1, word: { start: 1, end: 9 } }]))
    const parts = [
      { special: 7, typeId: 0 },
      { sequence: 0 as const, typeId: 0 },
      { sequence: 1 as const, typeId: 1 },
    ]
    expect(assembleLocated(parts, texts)).toEqual({
      length: 3,
      ids: Int32Array.of(7, 3, 5),
      typeIds: Int32Array.of(0, 0, 1),
      sequences: Int8Array.of(specialToken, 0, 1),
      starts: Int32Array.of(0, 3, 5),
      ends: Int32Array.of(0, 4, 6),
      wordStarts: Int32Array.of(0, 1, 1),
      wordEnds: Int32Array.of(0, 9, 9),
    })
  })

  it('of a long text take less than 100 bytes each', async () => {
    const spanned = (_text: string, { start, end }: Piece) =>
      Array.from({ length: end - start }, (_, at) => {
        const place = { start: start + at, end: start + at + 1 }
        return { id: 1, ...place, word: place }
      })
    const template = { single: [{ sequence: 0, typeId: 0 }], pair: [] }
    const tokenizer = { template, spanned } as unknown as TextTokenizer
    const text = '.'.repeat(400_000)
    const budget = windowBudget({ numbersPerToken: 1 })
    const before = await heldBytes()
    const windows = await textWindows({
      ...{ text, tokenizer, budget, param: 'inputs', yieldTurn: () => undefined },
      ...{ stride: 0, maxTokens: 512 },
    })
    expect(((await heldBytes()) - before) / text.length).toBeLessThan(100)
    expect(windows.at(-1)?.ends.at(-1)).toBe(text.length)
  })
})
