import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerSpans } from '../../../../../gpu-service/tasks/question-answering/answer-spans.ts'
import { answersOf } from '../../../../../gpu-service/tasks/question-answering/answers.ts'
import { type LocatedText, specialToken } from '../../../../../gpu-service/tasks/text/encoded-text.ts'
import { tokenWindows } from '../../../../../gpu-service/tasks/text/token-windows.ts'

const logits = fc.double({ min: -20, max: 20, noNaN: true })

/** [CLS] question [SEP] context of this length [SEP] */
const layout = (length: number) => [false, false, false, ...Array<boolean>(length).fill(true), false]

/** Like the matrices of transformers: every pair of tokens, then only the allowed ones. */
function everySpan(start: number[], end: number[], isContext: boolean[], lengthMax: number) {
  const shares = (numbers: number[]) => {
    const masked = numbers.map((value, index) => (isContext[index] || index === 0 ? value : -10_000))
    const top = Math.max(...masked)
    const parts = masked.map((value) => Math.exp(value - top))
    return parts.map((part) => part / parts.reduce((sum, one) => sum + one, 0))
  }
  const [starts, ends] = [shares(start), shares(end)]
  return starts
    .flatMap((s, first) => ends.map((e, last) => ({ first, last, score: s * e })))
    .filter(({ first, last }) => isContext[first] && isContext[last] && first <= last && last < first + lengthMax)
    .sort((a, b) => b.score - a.score)
}

describe('the spans of a window', () => {
  it('are the most likely of all allowed spans, for any logits', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }).chain((length) => {
          const row = fc.array(logits, { minLength: length + 4, maxLength: length + 4 })
          return fc.tuple(
            fc.constant(length),
            row,
            row,
            fc.integer({ min: 1, max: 6 }),
            fc.integer({ min: 1, max: 20 }),
          )
        }),
        ([length, start, end, lengthMax, count]) => {
          const isContext = layout(length)
          const { spans } = answerSpans({ start, end, isContext, nullToken: 0, lengthMax, count })
          const wanted = everySpan(start, end, isContext, lengthMax).slice(0, count)
          expect(spans.length).toBe(wanted.length)
          for (const [index, { score }] of wanted.entries()) expect(spans[index]?.score).toBeCloseTo(score, 12)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('include the likelihood of no answer, from the first token', () => {
    const start = [3, 0, 0, 1, 1, 0]
    const { nullScore } = answerSpans({ start, end: start, isContext: layout(2), nullToken: 0, lengthMax: 5, count: 1 })
    const share = Math.exp(3) / (Math.exp(3) + 2 * Math.exp(1))
    expect(nullScore).toBeCloseTo(share * share, 12)
  })
})

describe('the answers of several windows', () => {
  const located: LocatedText = {
    length: 4,
    ids: Int32Array.of(2, 7, 8, 3),
    typeIds: Int32Array.of(0, 1, 1, 1),
    sequences: Int8Array.of(specialToken, 1, 1, specialToken),
    starts: Int32Array.of(0, 0, 2, 0),
    ends: Int32Array.of(0, 2, 5, 0),
    wordStarts: Int32Array.of(0, 0, 0, 0),
    wordEnds: Int32Array.of(0, 5, 5, 0),
  }
  const found = {
    spans: [
      { first: 1, last: 1, score: 0.3 },
      { first: 1, last: 2, score: 0.2 },
    ],
    nullScore: 0.1,
  }
  const asked = {
    context: 'Paris is',
    windows: [{ located, found }],
    count: 5,
    withNone: false,
    byWords: true,
    yieldTurn: async () => {},
  }

  it('are whole words, and spans of the same words are merged', async () => {
    expect(await answersOf(asked)).toEqual([{ score: 0.5, start: 0, end: 5, answer: 'Paris' }])
    expect((await answersOf({ ...asked, byWords: false })).map(({ answer }) => answer)).toEqual(['Pa', 'Paris'])
  })

  it('include "no answer" on request, with the score of the window that is least sure of it', async () => {
    const other = { located, found: { ...found, nullScore: 0.05 } }
    const answers = await answersOf({ ...asked, windows: [...asked.windows, other], withNone: true })
    expect(answers.at(-1)).toEqual({ score: 0.05, start: 0, end: 0, answer: '' })
  })
})

describe('windows over tokens', () => {
  it('cover all tokens, overlap by the stride, and end with the last token', () => {
    expect(tokenWindows({ length: 10, size: 4, stride: 2 })).toEqual([
      { start: 0, end: 4 },
      { start: 2, end: 6 },
      { start: 4, end: 8 },
      { start: 6, end: 10 },
    ])
    expect(tokenWindows({ length: 3, size: 4, stride: 2 })).toEqual([{ start: 0, end: 3 }])
    expect(tokenWindows({ length: 4, size: 4, stride: 0 })).toEqual([{ start: 0, end: 4 }])
    expect(tokenWindows({ length: 0, size: 4, stride: 2 })).toEqual([{ start: 0, end: 0 }])
  })
})
