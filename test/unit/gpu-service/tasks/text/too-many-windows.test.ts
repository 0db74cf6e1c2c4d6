import { expect, it } from 'vitest'
import { contextWindows } from '../../../../../gpu-service/tasks/question-answering/context-windows.ts'
import type { Piece } from '../../../../../gpu-service/tasks/text/text-pieces.ts'
import type { TextTokenizer } from '../../../../../gpu-service/tasks/text/tokenizer.ts'
import { windowBudget } from '../../../../../gpu-service/tasks/text/window-budget.ts'
import { textWindows } from '../../../../../gpu-service/tasks/token-classification/text-windows.ts'

/** One token per character; counts how many were made. */
function countingTokenizer() {
  const made = { tokens: 0 }
  const spanned = (_text: string, { start, end }: Piece) => {
    made.tokens += end - start
    return Array.from({ length: end - start }, (_, at) => ({ id: 1, start: start + at, end: start + at + 1, word: {} }))
  }
  const template = { single: [{ sequence: 0, typeId: 0 }], pair: [0, 1].map((sequence) => ({ sequence, typeId: 0 })) }
  return { made, tokenizer: { template, spanned } as unknown as TextTokenizer }
}

const endless = '.'.repeat(4_000_000)
const rest = { yieldTurn: () => undefined, param: 'inputs' }

it.each([
  [
    'a text',
    (tokenizer: TextTokenizer) =>
      textWindows({
        ...rest,
        text: endless,
        stride: 8,
        maxTokens: 512,
        tokenizer,
        budget: windowBudget({ numbersPerToken: 5 }),
      }),
  ],
  [
    'a context',
    (tokenizer: TextTokenizer) =>
      contextWindows({
        ...rest,
        question: { question: 'what', context: endless, param: 'inputs' },
        settings: { size: 512, stride: 8, isStrideAsked: true },
        questionMax: undefined,
        tokenizer,
        budget: windowBudget({ numbersPerToken: 5 }),
      }),
  ],
])('refuses %s of millions of tokens before making most of them', async (_what, cut) => {
  const { made, tokenizer } = countingTokenizer()
  await expect(cut(tokenizer)).rejects.toMatchObject({ code: 'invalid_input', param: 'inputs' })
  expect(made.tokens).toBeLessThan(1_100_000)
})
