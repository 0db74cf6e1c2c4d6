import { describe, expect, it } from 'vitest'
import { readRows } from '../../../../gpu-service/tasks/tabular/rows.ts'

const measures = ['radius', 'texture', 'perimeter', 'area', 'smoothness', 'compactness', 'concavity', 'symmetry']
const columns = ['mean', 'worst'].flatMap((of) => measures.map((measure) => `${of} ${measure}`))
const many = { width: columns.length, columns }
const row = Object.fromEntries(columns.map((name) => [name, 1]))
const renamed = (from: string, to: string) => {
  const { [from]: value, ...rest } = row
  return { ...rest, [to]: value }
}

describe('a row with a column that a model of many does not have', () => {
  it('is refused with the name that is like it', () => {
    const message = '"inputs[0]" has a column "mean radiuss"; the model takes 16 numbers, one of them "mean radius".'
    expect(() => readRows([renamed('mean radius', 'mean radiuss')], many)).toThrow(message)
  })

  it('is refused with no name where none is like it, and in no time however long it is', () => {
    for (const name of ['colour', 'x'.repeat(1_000_000)])
      expect(() => readRows([renamed('mean radius', name)], many)).toThrow('the model takes 16 numbers.')
  })

  it('is refused with every name where there are few', () => {
    const few = { width: 2, columns: ['height', 'width'] }
    expect(() => readRows([{ hieght: 1, width: 2 }], few)).toThrow(
      'has a column "hieght"; the model takes 2: height, width.',
    )
  })
})
