import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filesIn } from '../../../support/files-in.ts'
import { fixtureModel, readReference } from '../support/folders.ts'
import { irisModel } from '../support/test-models.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'

const repo = 'sklearn/mixed-columns'
let host: TestServing
beforeAll(async () => {
  const files = await filesIn(fixtureModel(repo))
  host = await startTestServing([
    { name: 'mixed', repo, task: 'tabular-regression', file: 'model.onnx', files },
    await irisModel(),
  ])
})
afterAll(() => host.close())

const predict = async (inputs: unknown, name = 'mixed') => {
  const response = await host.ask(`/api/v1/predict/${name}`, { json: { inputs } })
  return { status: response.status, body: (await response.json()) as { value: number }[] & { error?: string } }
}

interface Row {
  x: [string, number | null, number]
  value: number
}

describe('a model with one typed input per column', () => {
  it('matches scikit-learn, including missing values, by position and by name', async () => {
    const { rows } = (await readReference('mixed-columns')) as { rows: Row[] }
    const byName = rows.map(({ x: [city, area, rooms] }) => ({ rooms, city, area }))
    for (const inputs of [rows.map(({ x }) => x), byName]) {
      const { status, body } = await predict(inputs)
      expect(status).toBe(200)
      expect(body).toHaveLength(rows.length)
      for (const [index, { value }] of body.entries()) expect(value).toBeCloseTo(rows[index]?.value ?? Number.NaN, 3)
    }
  })

  it.each([
    [['Oslo', 90, 1.5], 'whole numbers'],
    [['Oslo', 90, null], 'null'],
    [[7, 90, 1], 'texts'],
    [['Oslo', 'ninety', 1], 'must be a number'],
    [['Oslo', 90, '1.5'], 'whole numbers'],
    [['Oslo', 1e300, 1], 'too large'],
  ])('refuses %j and names the wrong value', async (row, hint) => {
    const { status, body } = await predict([row])
    expect([status, body.error]).toEqual([422, expect.stringContaining(hint)])
  })

  it('accepts numbers as texts, like the columns of Hugging Face tables', async () => {
    const table = { city: ['Oslo', 'Bergen'], area: ['90', '7.05e1'], rooms: ['3', '2'] }
    const asNumbers = { ...table, area: [90, 70.5], rooms: [3, 2] }
    expect(await predict({ data: table })).toEqual(await predict({ data: asNumbers }))
    expect((await predict({ data: table })).status).toBe(200)
  })

  it('refuses a missing value if the model does not fill it in', async () => {
    const { status, body } = await predict([[5.1, null, 1.4, 0.2]], 'iris')
    expect([status, body.error]).toEqual([422, expect.stringContaining('null')])
  })
})
