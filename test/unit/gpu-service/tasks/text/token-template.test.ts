import { expect, it } from 'vitest'
import { createTokenizer } from '../../../../../gpu-service/tasks/text/tokenizer.ts'
import { plainTokenizer } from '../../support/plain-tokenizer.ts'

const sequence = (id: string, type_id: number) => ({ Sequence: { id, type_id } })
const typed = {
  ...plainTokenizer,
  post_processor: {
    type: 'TemplateProcessing',
    single: [sequence('A', 0)],
    pair: [sequence('A', 0), sequence('B', 1)],
    special_tokens: {},
  },
}

it.each([
  ['says nothing', {}, [0, 1]],
  ['lists them', { model_input_names: ['input_ids', 'token_type_ids', 'attention_mask'] }, [0, 1]],
  ['leaves them out', { model_input_names: ['input_ids', 'attention_mask'] }, [0, 0]],
])(
  'the types of a pair are those of tokenizer.json unless the list of inputs leaves them out: %s',
  (_, config, types) => {
    const { template } = createTokenizer(typed as never, config)
    expect(template.pair.map(({ typeId }) => typeId)).toEqual(types)
  },
)
