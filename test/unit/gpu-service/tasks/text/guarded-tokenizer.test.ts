import { describe, expect, it } from 'vitest'
import { checkedTokenizer } from '../../../../../gpu-service/tasks/text/checked-tokenizer.ts'
import { createTextEncoder } from '../../../../../gpu-service/tasks/text/text-encoder.ts'
import { createTokenizer } from '../../../../../gpu-service/tasks/text/tokenizer.ts'
import { guardTokenizer } from '../../../../../gpu-service/tasks/text/tokenizer-guard.ts'
import { yieldTurnFor } from '../../../../../gpu-service/yield-turn.ts'
import { runToEnd } from '../../../../../shared/run-to-end.ts'
import { countTurns } from '../../../../support/count-turns.ts'
import { plainTokenizer } from '../../support/plain-tokenizer.ts'

const splitting = (Regex: string) => ({ type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false })
const tokenizerOf = (parts: object, limitMs = 50) =>
  createTokenizer({ ...plainTokenizer, ...parts } as never, {}, guardTokenizer({ limitMs }))
const stopped = expect.objectContaining({ code: 'invalid_input', status: 422 })
const page = `${'a'.repeat(2000)}!`

/** Each takes seconds to years for a page. */
const endless = {
  'a repetition in a repetition': '(a+)+$',
  'one that is looked for': '(?=(?<all>a+)+b)',
  'choices that are the same': '(?:a|a)*b',
  'repetitions one beside another': 'a*a*a*b',
  'what may be there, thirty times': `${'a?'.repeat(30)}${'a'.repeat(30)}b`,
  'what must be there, thirty times, each as long as it likes': '(?:a+){30}b',
  'what is looked for as far as it reaches, again and again': '(?:a(?=a*))*b',
}

/** Patterns of tokenizers in use, or similar. */
const unknown = {
  'thousands of Command A': String.raw`\p{N}{1,3}(?=(?:\p{N}{3})*(?:\P{N}|$))`,
  'letters with their marks': String.raw`(?:\p{L}\p{M}*)+`,
  'words of EXAONE': String.raw`[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\s+(?!\S)|\s+`,
  'up to four words': String.raw`(?: ?[\p{L}\p{M}]+){1,4}`,
  'what was found, once more': String.raw`([\p{L}])\1`,
}

describe('a tokenizer with an unknown pattern', () => {
  it.each(Object.entries(unknown))('splits texts: %s', (_name, source) => {
    const tokenizer = tokenizerOf({ pre_tokenizer: splitting(source) }, 5000)
    const text = `The good ship sails ${'to the harbour, 12345 miles '.repeat(70)}`.slice(0, 2000)
    expect(tokenizer.ids(text, { start: 0, end: text.length }).length).toBeGreaterThan(1)
    expect(tokenizer.spanned(text, { start: 0, end: text.length }).length).toBeGreaterThan(1)
  })

  it.each(Object.entries(endless))('is stopped if it takes too long: %s', (_name, source) => {
    const tokenizer = tokenizerOf({ pre_tokenizer: splitting(source) })
    const startedMs = process.threadCpuUsage().user / 1000
    expect(() => tokenizer.first(page, 512)).toThrow(stopped)
    expect(process.threadCpuUsage().user / 1000 - startedMs).toBeLessThan(1000)
  })

  it('is stopped in every operation and every stage', () => {
    const pattern = { Regex: '(a+)+b' }
    const piece = { start: 0, end: page.length }
    const before = { normalizer: { type: 'Replace', pattern, content: '' }, pre_tokenizer: splitting('(a+)+b') }
    for (const [name, stage] of Object.entries(before)) {
      const tokenizer = tokenizerOf({ [name]: stage })
      expect(() => tokenizer.encode(page, 512)).toThrow(stopped)
      expect(() => tokenizer.ids(page, piece)).toThrow(stopped)
      expect(() => tokenizer.spanned(page, piece)).toThrow(stopped)
    }
    const vocab = { [page]: 0, '[UNK]': 1 }
    const decoder = { type: 'Sequence', decoders: [{ type: 'Replace', pattern, content: '' }] }
    const tokenizer = tokenizerOf({ decoder, model: { ...plainTokenizer.model, vocab } })
    expect(() => tokenizer.decode([0], false)).toThrow(stopped)
    expect(() => tokenizer.join([page])).toThrow(stopped)
  })

  it('yields the event loop between repeated requests', async () => {
    const encoder = createTextEncoder({
      tokenizer: tokenizerOf({ pre_tokenizer: splitting('(a+)+b') }),
      maxTokens: 512,
    })
    const truncation = { truncate: true, direction: 'right' } as const
    const turns = countTurns()
    const codes = new Set<string>()
    for (let request = 0; request < 30; request++) {
      const yieldTurn = yieldTurnFor(new AbortController().signal)
      await encoder.encode({ text: page, truncation, yieldTurn }).catch(({ code }) => codes.add(code))
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(turns()).toBeGreaterThan(20)
    expect(codes).toEqual(new Set(['invalid_input']))
  })

  it('is refused by name if it takes too long for the tokens of its own file', () => {
    const normalizer = { type: 'Replace', pattern: { Regex: '(a+)+b' }, content: '' }
    const added_tokens = [{ id: 2, content: `${'a'.repeat(40)}!`, normalized: true }]
    const checked = () =>
      runToEnd(checkedTokenizer({ ...plainTokenizer, normalizer, added_tokens }, {}, { limitMs: 50 }))
    expect(checked).toThrow(expect.objectContaining({ code: 'unsupported_model' }))
    expect(checked).toThrow('"tokenizer.json" takes longer than 50 ms')
  })

  it('is refused if its pattern is too long to compile', () => {
    const tokenizer = () => tokenizerOf({ pre_tokenizer: splitting('\\p{L}'.repeat(2000)) })
    expect(tokenizer).toThrow('has 10000 characters; the limit is 8192')
  })
})

describe('a tokenizer that was stopped', () => {
  it('gives the same tokens as one that never was', () => {
    const letters = [...'abcdefgh']
    const merges = letters.flatMap((one) => letters.map((other) => [one, other]))
    const tokens = [...letters, ...merges.map((pair) => pair.join('')), ' ']
    const parts = {
      pre_tokenizer: splitting(String.raw`(?:\p{L})+`),
      model: {
        type: 'BPE',
        unk_token: null,
        merges,
        vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      },
    }
    let limitMs = 1
    const often = createTokenizer({ ...plainTokenizer, ...parts } as never, {}, (length, work) =>
      guardTokenizer({ limitMs })(length, work),
    )
    const never = tokenizerOf(parts, 5000)
    let stops = 0
    for (let round = 0; round < 60; round++) {
      const words = Array.from({ length: 500 }, (_, at) =>
        [7, 5, 3]
          .map((step) => letters[(at * step + round) % 8])
          .join('')
          .repeat(1 + (at % 9)),
      )
      const text = words.join(' ')
      limitMs = 1 + (round % 4)
      try {
        often.ids(text, { start: 0, end: text.length })
      } catch (error) {
        expect(error).toEqual(stopped)
        stops++
      }
      limitMs = 5000
      expect(often.ids(text, { start: 0, end: 300 })).toEqual(never.ids(text, { start: 0, end: 300 }))
    }
    expect(stops).toBeGreaterThan(0)
  })
})
