/** What a model says of one token of a text. */
export interface ScoredToken {
  /** As it stands in the vocabulary, or in the text where the vocabulary has none for it. */
  word: string
  /** A share for each class. */
  scores: readonly number[]
  /** Which token of the model's input it is. */
  index: number
  start: number
  end: number
  /** Whether it goes on with the word before it. */
  isSubword: boolean
}

/** A class over one token or word, or over a group of them. */
export interface Entity {
  entity: string
  score: number
  word: string
  start: number
  end: number
  /** Of a token. */
  index?: number
}

export const strategies = ['none', 'simple', 'first', 'average', 'max'] as const
export type AggregationStrategy = (typeof strategies)[number]

/** Tokens to entities as transformers aggregates them: by token, by word, and words of one name together. */
export function entitiesOf({ tokens, names, strategy, join }: EntitiesOf): Entity[] {
  const parts =
    strategy === 'none' || strategy === 'simple'
      ? tokens.map((token) => tokenEntity(token, names))
      : wordsOf(tokens).map((word) => wordEntity({ word, names, strategy, join }))
  return strategy === 'none' ? parts : groupsOf(parts).map((group) => groupEntity(group, join))
}

export interface EntitiesOf {
  tokens: readonly ScoredToken[]
  names: readonly string[]
  strategy: AggregationStrategy
  /** Tokens back to a text. */
  join: (tokens: readonly string[]) => string
}

function tokenEntity({ word, scores, index, start, end }: ScoredToken, names: readonly string[]): Entity {
  const best = highest(scores)
  return { entity: names[best] ?? `LABEL_${best}`, score: scores[best] ?? 0, index, word, start, end }
}

const highest = (scores: readonly number[]): number =>
  scores.reduce((best, score, index) => (score > (scores[best] ?? 0) ? index : best), 0)

function wordsOf(tokens: readonly ScoredToken[]): ScoredToken[][] {
  const words: ScoredToken[][] = []
  for (const token of tokens) {
    const last = words.at(-1)
    if (last !== undefined && token.isSubword) last.push(token)
    else words.push([token])
  }
  return words
}

function wordEntity({ word, names, strategy, join }: WordEntity): Entity {
  const scores = wordScores(word, strategy)
  const best = highest(scores)
  return {
    entity: names[best] ?? `LABEL_${best}`,
    score: scores[best] ?? 0,
    word: join(word.map((token) => token.word)),
    start: word[0]?.start ?? 0,
    end: word.at(-1)?.end ?? 0,
  }
}

interface WordEntity extends Omit<EntitiesOf, 'tokens'> {
  word: readonly ScoredToken[]
}

/** The first token speaks for its word, or the surest one, or all of them on average. */
function wordScores(word: readonly ScoredToken[], strategy: AggregationStrategy): readonly number[] {
  const all = word.map(({ scores }) => scores)
  const [first = []] = all
  if (strategy === 'first') return first
  if (strategy === 'average')
    return first.map((_, id) => all.reduce((sum, scores) => sum + (scores[id] ?? 0), 0) / all.length)
  const sureness = all.map((scores) => Math.max(...scores))
  return all[sureness.indexOf(Math.max(...sureness))] ?? first
}

/** Neighbours of one name are one entity, unless the later one says that it begins another. */
function groupsOf(entities: readonly Entity[]): Entity[][] {
  const groups: Entity[][] = []
  for (const entity of entities) {
    const group = groups.at(-1)
    const before = group?.at(-1)
    const { begins, name } = tagOf(entity.entity)
    if (group !== undefined && before !== undefined && !begins && tagOf(before.entity).name === name) group.push(entity)
    else groups.push([entity])
  }
  return groups
}

/** A name without `B-` or `I-` goes on with the same name before it. */
function tagOf(entity: string): { begins: boolean; name: string } {
  const isTagged = entity.startsWith('B-') || entity.startsWith('I-')
  return { begins: entity.startsWith('B-'), name: isTagged ? entity.slice(2) : entity }
}

function groupEntity(group: readonly Entity[], join: EntitiesOf['join']): Entity {
  const [first] = group
  const entity = first?.entity ?? ''
  return {
    entity: entity.slice(entity.indexOf('-') + 1),
    score: group.reduce((sum, { score }) => sum + score, 0) / group.length,
    word: join(group.map(({ word }) => word)),
    start: first?.start ?? 0,
    end: group.at(-1)?.end ?? 0,
  }
}
