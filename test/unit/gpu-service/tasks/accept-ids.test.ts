import { expect, it } from 'vitest'
import { acceptIds } from '../../../../gpu-service/tasks/feature-extraction/accept-ids.ts'

it('more token ids than a model takes are refused before any of them is looked at', () => {
  const ids = new Proxy<number[]>(Array(100).fill(1), {
    get(list, name) {
      if (name === 'length') return list.length
      throw new Error(`"${String(name)}" was looked at`)
    },
  })
  expect(() => acceptIds({ ids, param: 'input', maxTokens: 8, vocabularySize: 57 })).toThrow('has 100 tokens')
})
