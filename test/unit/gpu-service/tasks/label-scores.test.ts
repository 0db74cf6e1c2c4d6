import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { labelScores, readLabels } from '../../../../gpu-service/tasks/label-scores.ts'
import { temporaryFolder } from '../support/folders.ts'

describe('the function that makes scores of the numbers of a classifier', () => {
  it.each([
    ['single_label_classification', 1, 'sigmoid'],
    [undefined, 1, 'sigmoid'],
    ['regression', 1, 'none'],
    ['single_label_classification', 3, 'softmax'],
    ['multi_label_classification', 3, 'sigmoid'],
    [undefined, 3, 'softmax'],
  ])('is chosen as transformers chooses it: %s with %i classes', async (problem_type, count, expected) => {
    const root = await temporaryFolder()
    await writeFile(join(root, 'config.json'), JSON.stringify({ problem_type }))
    const labels = await readLabels({ root, paths: new Set(['config.json']) }, count)
    expect(labels.defaultFunction).toBe(expected)
  })
})

it('has a score for each number that a classifier gives, whatever its files name', () => {
  const named = (...names: string[]) => labelScores({ logits: [1, 3, 2], names, apply: 'none', topK: 10 })
  const three = [
    { label: 'LABEL_1', score: 3 },
    { label: 'LABEL_2', score: 2 },
    { label: 'good', score: 1 },
  ]
  expect(named('good')).toEqual(three)
  expect(named('good', 'LABEL_1', 'LABEL_2', 'bad', 'worse')).toEqual(three)
})
