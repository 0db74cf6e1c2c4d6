import { expect, it } from 'vitest'
import { classifiedOutputs } from '../../../../../gpu-service/protocols/oip/classify-output.ts'

/** Asks for the classes of one row; counts how often others may go on meanwhile. */
async function classesOf(tensor: object, count: number) {
  let turns = 0
  const { OUT } = await classifiedOutputs({
    tensors: { OUT: tensor } as never,
    wanted: [{ name: 'OUT', classes: count }],
    route: { describe: {}, service: { capabilities: {} } } as never,
    yieldTurn: () => {
      turns++
      return undefined
    },
  })
  return { texts: OUT?.data as string[], turns }
}

const width = 100_000
const ascending = Array.from({ length: width }, (_, index) => index)
const expected = (write: (value: number) => string) =>
  Array.from({ length: 1000 }, (_, place) => `${write(width - 1 - place)}:${width - 1 - place}`)

it.each([
  ['float32', Float32Array.from(ascending), (value: number) => `${value}.000000`],
  ['int64', BigInt64Array.from(ascending, BigInt), String],
  ['int32', Int32Array.from(ascending), String],
])('finds the classes of a long row of %s in slices, so that others go on', async (type, data, write) => {
  const { texts, turns } = await classesOf({ type, dims: [1, width], data }, 1000)
  expect(texts).toEqual(expected(write))
  expect(turns).toBeGreaterThanOrEqual(6)
})

it('finds the classes of each row of halves, and of equal ones the first', async () => {
  const halves = new Uint16Array(Float16Array.from([9, 0.5, 2, 0.5, -1, 3, 3, 2]).buffer)
  const { texts } = await classesOf({ type: 'float16', dims: [2, 4], data: halves }, 2)
  expect(texts).toEqual(['9.000000:0', '2.000000:2', '3.000000:1', '3.000000:2'])
})
