import { describe, expect, it } from 'vitest'
import { acceptIds } from '../../../../gpu-service/tasks/feature-extraction/accept-ids.ts'
import type { Truncation } from '../../../../gpu-service/tasks/text/truncation.ts'

it('refuses too many token ids before looking at any of them', () => {
  const ids = new Proxy<number[]>(Array(100).fill(1), {
    get(list, name) {
      if (name === 'length') return list.length
      throw new Error(`"${String(name)}" was looked at`)
    },
  })
  expect(() => acceptIds({ ids, param: 'input', maxTokens: 8, vocabularySize: 57 })).toThrow('has 100 tokens')
})

describe('token ids of a caller', () => {
  const accept = (ids: number[], truncation?: Truncation) =>
    acceptIds({ ids, param: 'input', maxTokens: 3, vocabularySize: 57, truncation })

  it('are taken as they are, up to the limit and the size of the vocabulary', () => {
    expect(accept([0, 56, 5])).toEqual([0, 56, 5])
  })

  it('are truncated at the end that was asked for', () => {
    const ids = [1, 2, 3, 4, 5]
    expect(accept(ids, { truncate: true })).toEqual([1, 2, 3])
    expect(accept(ids, { truncate: true, direction: 'right' })).toEqual([1, 2, 3])
    expect(accept(ids, { truncate: true, direction: 'left' })).toEqual([3, 4, 5])
    expect(accept([1, 2], { truncate: true, direction: 'left' })).toEqual([1, 2])
    expect(() => accept(ids, { truncate: false })).toThrow('has 5 tokens')
  })

  it.each([
    ['input', []],
    ['input[1]', [1, 57]],
    ['input[0]', [-1, 1]],
    ['input[2]', [1, 2, 1.5]],
    ['input[0]', [Number.NaN]],
  ])('are refused with the name of what is wrong: %s of %j', (param, ids) => {
    expect(() => accept(ids)).toThrow(expect.objectContaining({ code: 'invalid_input', param }))
  })

  it('are named by their place in the request even if its start is cut off', () => {
    const truncation = { truncate: true, direction: 'left' } as const
    expect(accept([99, 1, 2, 3], truncation)).toEqual([1, 2, 3])
    expect(() => accept([1, 2, 99, 3], truncation)).toThrow(expect.objectContaining({ param: 'input[2]' }))
  })

  it('fit into 32 bits where the size of the vocabulary is unknown', () => {
    const unknown = { param: 'input', maxTokens: 3, vocabularySize: undefined }
    expect(acceptIds({ ...unknown, ids: [2 ** 31 - 1] })).toEqual([2 ** 31 - 1])
    expect(() => acceptIds({ ...unknown, ids: [2 ** 31] })).toThrow('not a token id')
  })
})
