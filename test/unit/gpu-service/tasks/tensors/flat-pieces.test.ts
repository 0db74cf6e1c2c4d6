import { expect, it } from 'vitest'
import { flatPieces } from '../../../../../gpu-service/tasks/tensors/write-nested.ts'

it.each([
  ['a long one', ['"a long text"\n😀 '.repeat(200_000)]],
  ['very many short ones', Array.from({ length: 200_000 }, (_, at) => `text ${at}`)],
  ['long and empty ones', ['', '😀'.repeat(100_000), '', 'x'.repeat(65_536), '']],
])('writes texts in small pieces that join to the same texts: %s', async (_which, data) => {
  const pieces = await Array.fromAsync(flatPieces({ type: 'string', dims: [data.length], data }))
  expect(JSON.parse(`[${pieces.join('')}]`)).toEqual(data)
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(200_000)
})
