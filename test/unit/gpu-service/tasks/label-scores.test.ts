import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { labelScores, readLabels } from '../../../../gpu-service/tasks/label-scores.ts'
import { temporaryFolder } from '../support/folders.ts'

describe('the score function of a classifier', () => {
  it.each([
    ['single_label_classification', 1, 'sigmoid'],
    [undefined, 1, 'sigmoid'],
    ['regression', 1, 'none'],
    ['single_label_classification', 3, 'softmax'],
    ['multi_label_classification', 3, 'sigmoid'],
    [undefined, 3, 'softmax'],
  ])('is chosen like in transformers: %s with %i classes', async (problem_type, count, expected) => {
    const root = await temporaryFolder()
    await writeFile(join(root, 'config.json'), JSON.stringify({ problem_type }))
    const labels = await readLabels({ root, paths: new Set(['config.json']) }, count)
    expect(labels.defaultFunction).toBe(expected)
  })
})

it('scores every output of a classifier, however many labels its files name', () => {
  const named = (...names: string[]) => labelScores({ logits: [1, 3, 2], names, apply: 'none', topK: 10 })
  const three = [
    { label: 'LABEL_1', score: 3 },
    { label: 'LABEL_2', score: 2 },
    { label: 'good', score: 1 },
  ]
  expect(named('good')).toEqual(three)
  expect(named('good', 'LABEL_1', 'LABEL_2', 'bad', 'worse')).toEqual(three)
})

it('refuses more classes than the limit, wherever the number comes from', async () => {
  const root = await temporaryFolder()
  const files = { root, paths: new Set(['config.json']) }
  const said = { message: expect.stringContaining('classes; the limit is 1000000') }
  for (const config of [{ num_labels: 1e9 }, { id2label: { 999999999: 'last' } }]) {
    await writeFile(join(root, 'config.json'), JSON.stringify(config))
    await expect(readLabels(files, undefined)).rejects.toMatchObject(said)
  }
  await expect(readLabels({ root, paths: new Set() }, 1e9)).rejects.toMatchObject(said)
})

it('reads the names of 200,000 classes', async () => {
  const root = await temporaryFolder()
  const id2label = Object.fromEntries(Array.from({ length: 200_000 }, (_, id) => [id, `class ${id}`]))
  await writeFile(join(root, 'config.json'), JSON.stringify({ id2label }))
  const { names } = await readLabels({ root, paths: new Set(['config.json']) }, undefined)
  expect(names.at(-1)).toBe('class 199999')
})
