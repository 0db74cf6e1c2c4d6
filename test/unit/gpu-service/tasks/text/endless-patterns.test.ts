import { describe, expect, it } from 'vitest'
import { mayRunAway } from '../../../../../gpu-service/tasks/text/pattern-cost.ts'
import { createTokenizer } from '../../../../../gpu-service/tasks/text/tokenizer.ts'
import { plainTokenizer } from '../../support/plain-tokenizer.ts'

/** Those of tokenizers that are in use. */
const inUse = {
  'GPT-2': String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
  'Llama 3': String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  'GPT-4o': String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re)?|\p{N}{1,3}|\s*[\r\n]+|\s+`,
  CLIP: String.raw`<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`,
  DeepSeek: String.raw`[!"#$%&'()*+,\-.\/:;<=>?@\[\\\]^_{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*`,
  'thousands of Command A': String.raw`\p{N}{1,3}(?=(?:\p{N}{3})*(?:\P{N}|(?:(?=\n)|(?![\s\S]))))`,
  'thousands from the right': String.raw`\p{N}{1,3}(?=(?:\p{N}{3})*(?!\p{N}))`,
  'spaces of T5': ' {2,}',
  'a backslash and a digit': String.raw`\\1+|[\\1]+b`,
  'spaces at both ends': String.raw`^\s+|\s+$`,
  'letters with their marks': String.raw`(?:\p{L}\p{M}*)+`,
  'words of EXAONE': String.raw`[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\s+(?!\S)|\s+`,
  'up to four words': String.raw`(?: ?[\p{L}\p{M}]+){1,4}`,
}

const endless = {
  'a repetition in a repetition': '(a+)+$',
  'one that is named, or looked for': '(?=(?<all>a+)+$)',
  'one that is looked for backwards': '(?<=b(?:a+)+)c',
  'choices that are the same': '(?:a|a)*$',
  'choices one beside another': `${'(?:a|a)'.repeat(12)}b`,
  'repetitions one beside another': 'a*a*$',
  'what may be there, thirty times': `${'a?'.repeat(30)}${'a'.repeat(30)}`,
  'what may be there, in a repetition with a count': '(?:a?){30}a{30}',
  'what must be there, thirty times, each as long as it likes': '(?:a+){30}',
  'what may be there, behind a repetition': `a*${'a?'.repeat(9)}b`,
  'what is looked for as far as it reaches, again and again': '(?:a(?=a*))*b',
  'what was found, once more': String.raw`(a+)\1b`,
  'what was found by its name': String.raw`(?<all>a+)\k<all>b`,
  'parentheses without end': `${'('.repeat(60)}a${')'.repeat(60)}`,
}

describe('what a pattern may take', () => {
  it.each(Object.entries(inUse))('is known to be little: %s', (_name, source) => {
    expect(mayRunAway(new RegExp(source, 'gu'))).toBe(false)
  })

  it.each(Object.entries(endless))('is known to be minutes for a page: %s', (_name, source) => {
    expect(mayRunAway(new RegExp(source, 'gu'))).toBe(true)
  })
})

describe('a tokenizer with a pattern that may take minutes', () => {
  const pattern = { Regex: '(a+)+b' }
  const stages = {
    normalizer: { type: 'Replace', pattern, content: '' },
    pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Split', pattern, behavior: 'Isolated' }] },
    decoder: { type: 'Sequence', decoders: [{ type: 'Replace', pattern, content: '' }] },
  }

  it.each(Object.entries(stages))('is refused by name, wherever it has it: %s', (name, stage) => {
    const file = { ...plainTokenizer, [name]: stage }
    expect(() => createTokenizer(file, {})).toThrow('the pattern "(a+)+b" in "tokenizer.json"')
  })

  it('is refused before it is run on the tokens of its own file', () => {
    const normalizer = { type: 'Replace', pattern, content: '' }
    const added_tokens = [{ id: 2, content: `${'a'.repeat(40)}!`, normalized: true }]
    const startedMs = performance.now()
    const file = { ...plainTokenizer, normalizer, added_tokens }
    expect(() => createTokenizer(file, {})).toThrow('the pattern "(a+)+b" in "tokenizer.json"')
    expect(performance.now() - startedMs).toBeLessThan(1000)
  })

  it('is refused for very many of them, too', () => {
    const pattern = { String: 'a' }
    const normalizers = Array.from({ length: 1001 }, () => ({ type: 'Replace', pattern, content: '' }))
    const file = { ...plainTokenizer, normalizer: { type: 'Sequence', normalizers } }
    expect(() => createTokenizer(file, {})).toThrow('1001 patterns; the limit is 1000')
  })
})
