import { expect, it } from 'vitest'
import { createTokenizer } from '../../../../../gpu-service/tasks/text/tokenizer.ts'
import { plainTokenizer } from '../../support/plain-tokenizer.ts'

const tokenizerWith = (stages: object) => createTokenizer({ ...plainTokenizer, ...stages }, {})
const replacing = (content: string) => ({ type: 'Replace', pattern: { String: 'a' }, content })

it('refuses a tokenizer of which one step puts very much in the place of little', () => {
  const much = 'a'.repeat(101)
  for (const normalizer of [replacing(much), { type: 'Prepend', prepend: much }])
    expect(() => tokenizerWith({ normalizer })).toThrow('more than 100 characters')
  for (const pre_tokenizer of [replacing(much), { type: 'Metaspace', replacement: much }])
    expect(() => tokenizerWith({ pre_tokenizer })).toThrow('more than 100 characters')
  expect(() => tokenizerWith({ decoder: replacing(much) })).toThrow('more than 100 characters')
})

it('refuses one that puts all that stands before a letter in its place', () => {
  expect(() => tokenizerWith({ normalizer: replacing('$`') })).toThrow('a character that expands to more text')
})

it.each([0, -1, 1e-9, null, undefined])('refuses one that cuts texts into pieces of %s characters', (length) => {
  const cutting = () => tokenizerWith({ pre_tokenizer: { type: 'FixedLength', length } })
  expect(cutting).toThrow('needs at least one')
})

it('refuses one of more steps than any has', () => {
  const pretokenizers = Array.from({ length: 1001 }, () => ({ type: 'Metaspace' }))
  const tokenizer = () => tokenizerWith({ pre_tokenizer: { type: 'Sequence', pretokenizers } })
  expect(tokenizer).toThrow('1001 normalizers, pre-tokenizers and decoders; the limit is 1000')
})
