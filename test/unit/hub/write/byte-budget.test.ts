import { expect, it } from 'vitest'
import { createByteBudget } from '../../../../functions/hub/write/byte-budget.ts'

const chunks = async function* (count: number) {
  for (let at = 0; at < count; at++) yield new Uint8Array(10)
}
const budgetOf = (maxBytes: number) => createByteBudget({ maxBytes, onExceeded: () => new Error('too much at once') })

it('bodies over the shared budget are refused until others end', async () => {
  const budget = budgetOf(100)
  const first = budget.open()
  expect(await Array.fromAsync(first.counted(chunks(6)))).toHaveLength(6)
  const second = budget.open()
  await expect(Array.fromAsync(second.counted(chunks(5)))).rejects.toThrow('too much at once')
  second.release()
  expect(await Array.fromAsync(budget.open().counted(chunks(4)))).toHaveLength(4)
})

it('a share is released once, however often release is called', async () => {
  const budget = budgetOf(100)
  const share = budget.open()
  await Array.fromAsync(share.counted(chunks(10)))
  share.release()
  share.release()
  await Array.fromAsync(budget.open().counted(chunks(10)))
  await expect(Array.fromAsync(budget.open().counted(chunks(1)))).rejects.toThrow('too much at once')
})
