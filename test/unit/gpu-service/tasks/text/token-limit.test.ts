import { describe, expect, it } from 'vitest'
import { int64Rows } from '../../../../../gpu-service/tasks/int64.ts'
import { tokenLimit } from '../../../../../gpu-service/tasks/text/token-limit.ts'

describe('tokenLimit', () => {
  it.each([
    [
      'sentence-transformers comes first',
      { sentenceBert: 256, tokenizer: 128, tokenizerConfig: 512, positions: 512 },
      256,
    ],
    ['then the tokenizer', { tokenizer: 128, tokenizerConfig: 512, positions: 512 }, 128],
    ['then its config', { tokenizerConfig: 384, positions: 512 }, 384],
    ['an absurd length is ignored', { tokenizerConfig: 1e30, positions: 512 }, 512],
    ['also where no positions are known', { tokenizerConfig: 1e30 }, 512],
    ['so are fewer positions than padding takes', { positions: 2, modelType: 'roberta', padTokenId: 1 }, 512],
    [
      'so are lengths below one and fractions',
      { sentenceBert: -1, tokenizer: 0, tokenizerConfig: 10.5, positions: 512 },
      512,
    ],
    ['never more than the positions of the graph', { sentenceBert: 1024, positions: 512 }, 512],
    [
      "RoBERTa counts positions after the padding token's id",
      { positions: 514, modelType: 'xlm-roberta', padTokenId: 1 },
      512,
    ],
    ['nothing known', {}, 512],
  ])('%s', (_why, sources, limit) => {
    expect(tokenLimit(sources)).toBe(limit)
  })
})

describe('int64Rows', () => {
  it('writes the same numbers as BigInts would, padded to the width', () => {
    const data = int64Rows({ rows: [[1, -2, 2 ** 31 - 1], [7]], width: 3, fill: -1 })
    expect([...data]).toEqual([1n, -2n, 2147483647n, 7n, -1n, -1n])
  })
})
