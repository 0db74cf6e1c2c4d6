import { describe, expect, it } from 'vitest'
import {
  type AggregationStrategy,
  entitiesOf,
  type ScoredToken,
} from '../../../../../gpu-service/tasks/token-classification/entities.ts'

const names = ['O', 'B-MISC', 'I-MISC', 'B-PER', 'I-PER', 'B-ORG', 'I-ORG', 'B-LOC', 'I-LOC']
const join = (tokens: readonly string[]) => tokens.join(' ').replaceAll(' ##', '')

/** A token with these shares for its classes, and zero for the others. */
const token = (word: string, start: number, end: number, shares: Record<string, number>): ScoredToken => ({
  word,
  start,
  end,
  index: start + 1,
  scores: names.map((name) => shares[name] ?? 0),
  isSubword: word.startsWith('##'),
})
const entities = (tokens: ScoredToken[], strategy: AggregationStrategy) => entitiesOf({ tokens, names, strategy, join })

const ramazotti = [
  token('Ra', 0, 2, { 'B-MISC': 0.55, 'B-PER': 0.45 }),
  token('##ma', 2, 4, { 'B-PER': 0.2, 'B-LOC': 0.8 }),
  token('##zotti', 11, 13, { 'B-PER': 0.4, 'I-ORG': 0.6 }),
]

/** The examples of transformers' own tests. */
describe('entities as transformers aggregates them', () => {
  it('none: one entity per token, as in the vocabulary', () => {
    expect(entities(ramazotti, 'none')).toEqual([
      { entity: 'B-MISC', score: 0.55, index: 1, word: 'Ra', start: 0, end: 2 },
      { entity: 'B-LOC', score: 0.8, index: 3, word: '##ma', start: 2, end: 4 },
      { entity: 'I-ORG', score: 0.6, index: 12, word: '##zotti', start: 11, end: 13 },
    ])
  })

  it.each([
    ['first', 'MISC', 0.55],
    ['max', 'LOC', 0.8],
    ['average', 'PER', 0.35],
  ] as const)('%s: a word has the class of that token, or of all', (strategy, entity, score) => {
    const [found, ...others] = entities(ramazotti, strategy)
    expect(found).toMatchObject({ entity, word: 'Ramazotti', start: 0, end: 13 })
    expect(found?.score).toBeCloseTo(score, 10)
    expect(others).toEqual([])
  })

  it('simple: neighbours of one class are one entity, with the mean of their scores', () => {
    const tokens = [
      token('En', 0, 2, { 'I-PER': 0.9968166351318359 }),
      token('##zo', 2, 4, { 'I-PER': 0.9957635998725891 }),
      token('UN', 11, 13, { 'I-ORG': 0.9986497163772583 }),
    ]
    const found = entities(tokens, 'simple')
    expect(found).toMatchObject([
      { entity: 'PER', word: 'Enzo', start: 0, end: 4 },
      { entity: 'ORG', word: 'UN', start: 11, end: 13 },
    ])
    expect(found[0]?.score).toBeCloseTo(0.9962901175022125, 9)
  })

  it('a token that begins an entity ends the one before it', () => {
    const tokens = [
      token('Consuelo', 0, 8, { 'B-PER': 1 }),
      token('Ara', 9, 12, { 'I-PER': 1 }),
      token('Anna', 13, 17, { 'B-PER': 1 }),
    ]
    expect(entities(tokens, 'simple').map(({ word }) => word)).toEqual(['Consuelo Ara', 'Anna'])
  })
})
