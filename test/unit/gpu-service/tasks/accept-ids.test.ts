import { expect, it } from 'vitest'
import { acceptIds } from '../../../../gpu-service/tasks/feature-extraction/accept-ids.ts'

it('refuses too many token ids before looking at any of them', () => {
  const ids = new Proxy<number[]>(Array(100).fill(1), {
    get(list, name) {
      if (name === 'length') return list.length
      throw new Error(`"${String(name)}" was looked at`)
    },
  })
  expect(() => acceptIds({ ids, param: 'input', maxTokens: 8, vocabularySize: 57 })).toThrow('has 100 tokens')
})
