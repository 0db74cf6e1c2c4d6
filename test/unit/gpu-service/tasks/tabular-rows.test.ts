import { describe, expect, it } from 'vitest'
import { readRows } from '../../../../gpu-service/tasks/tabular/rows.ts'
import type { TableShape } from '../../../../gpu-service/tasks/tabular/table-shape.ts'
import { countTurns } from '../../../support/count-turns.ts'

const measures = ['radius', 'texture', 'perimeter', 'area', 'smoothness', 'compactness', 'concavity', 'symmetry']
const columns = ['mean', 'worst'].flatMap((of) => measures.map((measure) => `${of} ${measure}`))
const many = { width: columns.length, columns }
const row = Object.fromEntries(columns.map((name) => [name, 1]))
const { signal } = new AbortController()
const read = (inputs: unknown, table: TableShape) => readRows({ inputs, table, signal })
const renamed = (from: string, to: string) => {
  const { [from]: value, ...rest } = row
  return { ...rest, [to]: value }
}

describe('a row with an unknown column', () => {
  it('is refused with the most similar column name', async () => {
    const message = '"inputs[0]" has a column "mean radiuss"; the model takes 16 numbers, one of them "mean radius".'
    await expect(read([renamed('mean radius', 'mean radiuss')], many)).rejects.toThrow(message)
  })

  it('is refused without a suggestion if no name is similar, and quickly however long it is', async () => {
    for (const name of ['colour', 'x'.repeat(1_000_000)])
      await expect(read([renamed('mean radius', name)], many)).rejects.toThrow('the model takes 16 numbers.')
  })

  it('is refused with all names if there are few', async () => {
    const few = { width: 2, columns: ['height', 'width'] }
    await expect(read([{ hieght: 1, width: 2 }], few)).rejects.toThrow(
      'has a column "hieght"; the model takes 2: height, width.',
    )
  })
})

describe('a table of many rows', () => {
  /** Sixty values, each of which takes a millisecond to read. */
  const slow = (value: unknown) => {
    const get = () => {
      const untilMs = performance.now() + 1
      while (performance.now() < untilMs);
      return value
    }
    return Array.from({ length: 60 }).reduce<unknown[]>((list, _, at) => Object.defineProperty(list, at, { get }), [])
  }

  it.each([
    ['row by row', slow([1])],
    ['column by column', { width: slow(1) }],
  ])('sent %s yields the event loop while being read', async (_how, inputs) => {
    const turns = countTurns()
    expect(await read(inputs, { width: 1, columns: ['width'] })).toEqual(Array(60).fill([1]))
    expect(turns()).toBeGreaterThan(8)
  })
})
