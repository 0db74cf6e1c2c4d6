import { expect, it } from 'vitest'
import { createTokenizer } from '../../../../../gpu-service/tasks/text/tokenizer.ts'
import { plainTokenizer } from '../../support/plain-tokenizer.ts'

const tokenizerWith = (stages: object) => createTokenizer({ ...plainTokenizer, ...stages }, {})
const replacing = (content: string) => ({ type: 'Replace', pattern: { String: 'a' }, content })

it('refuses a tokenizer with a step that replaces little by very much', () => {
  const much = 'a'.repeat(101)
  for (const normalizer of [replacing(much), { type: 'Prepend', prepend: much }])
    expect(() => tokenizerWith({ normalizer })).toThrow('more than 100 characters')
  for (const pre_tokenizer of [replacing(much), { type: 'Metaspace', replacement: much }])
    expect(() => tokenizerWith({ pre_tokenizer })).toThrow('more than 100 characters')
  expect(() => tokenizerWith({ decoder: replacing(much) })).toThrow('more than 100 characters')
})

it('refuses a tokenizer whose replacement inserts the text before the match', () => {
  expect(() => tokenizerWith({ normalizer: replacing('$`') })).toThrow('a character that expands to more text')
})

it.each([0, -1, 1e-9, null, undefined])(
  'refuses a tokenizer that splits texts into pieces of %s characters',
  (length) => {
    const cutting = () => tokenizerWith({ pre_tokenizer: { type: 'FixedLength', length } })
    expect(cutting).toThrow('needs at least one')
  },
)

it('refuses a tokenizer of too many steps', () => {
  const pretokenizers = Array.from({ length: 1001 }, () => ({ type: 'Metaspace' }))
  const tokenizer = () => tokenizerWith({ pre_tokenizer: { type: 'Sequence', pretokenizers } })
  expect(tokenizer).toThrow('1001 normalizers, pre-tokenizers and decoders; the limit is 1000')
})
