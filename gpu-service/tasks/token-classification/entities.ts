/** A token of a text with its class scores. */
export interface ScoredToken {
  /** As in the vocabulary, or as in the text if the token is unknown. */
  word: string
  /** A probability per class. */
  scores: readonly number[]
  /** Its position in the model's input. */
  index: number
  start: number
  end: number
  /** Whether it continues the previous word. */
  isSubword: boolean
}

/** A class with its range: one token, one word, or a group of them. */
export interface Entity {
  entity: string
  score: number
  word: string
  start: number
  end: number
  /** For a token. */
  index?: number
}

export const strategies = ['none', 'simple', 'first', 'average', 'max'] as const
export type AggregationStrategy = (typeof strategies)[number]

/** Aggregates tokens to entities as transformers does: by token, by word, and neighbours of the same class together. */
export function entitiesOf({ tokens, names, strategy, join }: EntitiesOf): Entity[] {
  const parts =
    strategy === 'none' || strategy === 'simple'
      ? tokens.map((token) => tokenEntity(token, names))
      : wordsOf(tokens).map((word) => wordEntity({ word, names, strategy, join }))
  return strategy === 'none' ? parts : groupsOf(parts).map((group) => groupEntity(group, join))
}

interface EntitiesOf {
  tokens: readonly ScoredToken[]
  names: readonly string[]
  strategy: AggregationStrategy
  /** Joins tokens into a text. */
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

/** The scores of the first token, of the most certain one, or the average of all. */
function wordScores(word: readonly ScoredToken[], strategy: AggregationStrategy): readonly number[] {
  const all = word.map(({ scores }) => scores)
  const [first = []] = all
  if (strategy === 'first') return first
  if (strategy === 'average')
    return first.map((_, id) => all.reduce((sum, scores) => sum + (scores[id] ?? 0), 0) / all.length)
  const sureness = all.map((scores) => Math.max(...scores))
  return all[sureness.indexOf(Math.max(...sureness))] ?? first
}

/** Groups neighbours of the same class, unless the later one begins a new entity. */
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

/** A name without `B-` or `I-` continues the same name before it. */
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
