import { describe, expect, it } from 'vitest'
import { isBatchInvariant } from '../../../../gpu-service/tasks/isolation.ts'

const graph = (operators: string[], inputs: string[]) => ({
  operators: new Set(operators),
  inputs: inputs.map((name) => ({ name, type: 'int64' })),
})

describe('an answer depends on its batch', () => {
  it.each([
    ['where one scale holds for all activations', graph(['DynamicQuantizeLinear'], ['input_ids'])],
    [
      'where tokens are convolved with padding, as in ConvBERT',
      graph(['Conv', 'MatMul'], ['input_ids', 'attention_mask']),
    ],
    ['where they are pooled with padding, as in Funnel', graph(['AveragePool'], ['input_ids', 'token_type_ids'])],
    ['where they are transformed with padding, as in FNet', graph(['DFT'], ['input_ids'])],
    ['where each is joined with the next, as in MobileBERT', graph(['Slice', 'Pad', 'Concat'], ['input_ids'])],
  ])('%s', (_name, one) => expect(isBatchInvariant(one)).toBe(false))

  it.each([
    ['of attention', graph(['MatMul', 'Softmax'], ['input_ids', 'attention_mask'])],
    ['of pictures, which all have one size', graph(['Conv', 'MaxPool'], ['pixel_values'])],
    ['of pictures that are padded', graph(['Pad'], ['pixel_values'])],
    ['of pictures beside texts', graph(['Conv'], ['pixel_values', 'input_ids'])],
  ])('but not in a graph %s', (_name, one) => expect(isBatchInvariant(one)).toBe(true))
})
