import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filesIn, fixtureModel, readReference } from '../support/folders.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'

const names = [
  'iris-logistic-regression',
  'iris-logistic-regression-zipmap',
  'breast-cancer-random-forest',
  'digits-mlp',
] as const
const task = 'tabular-classification'

let host: TestServing
beforeAll(async () => {
  const models = names.map(async (name) => {
    const repo = `sklearn/${name}`
    return { name, repo, task, file: 'model.onnx', files: await filesIn(fixtureModel(repo)) }
  })
  host = await startTestServing(await Promise.all(models))
})
afterAll(() => host.close())

const predict = (deployment: string, json: unknown) => host.ask(`/api/v1/predict/${deployment}`, { json })

describe('POST /api/v1/predict/{deployment} of a scikit-learn export', () => {
  it.each(names)('answers like scikit-learn itself: %s', async (name) => {
    const { rows, classes, zipmap } = await readReference(name)
    const response = await predict(name, { inputs: rows.map((row: { x: number[] }) => row.x) })
    expect(response.status).toBe(200)
    const answers = (await response.json()) as {
      label: string
      score?: number
      probabilities?: Record<string, number>
    }[]
    expect(answers.map(({ label }) => label)).toEqual(rows.map((row: { label: number }) => String(classes[row.label])))
    for (const [index, { label, score, probabilities }] of answers.entries()) {
      if (zipmap) {
        expect(probabilities).toBeUndefined()
        continue
      }
      const expected: number[] = rows[index].probabilities
      expect(score).toBe(probabilities?.[label])
      for (const [column, name] of classes.entries())
        expect(Math.abs((probabilities?.[name] ?? Number.NaN) - (expected[column] ?? 0))).toBeLessThan(1e-5)
    }
  })
})
