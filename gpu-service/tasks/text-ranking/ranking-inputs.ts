import { errors } from '../../../shared/errors.ts'
import { inputsMax } from '../limits.ts'

/** A query with the texts to score, and which of the two usual request shapes it had. */
interface RankingInputs {
  query: string
  texts: string[]
  shape: 'rank' | 'similarity'
}

const shapes = [
  { shape: 'rank', query: 'query', texts: 'texts' },
  { shape: 'similarity', query: 'source_sentence', texts: 'sentences' },
] as const

/** Parses `{query, texts}` or `{source_sentence, sentences}`; returns undefined if the inputs are pairs instead. */
export function readRanking(inputs: unknown): RankingInputs | undefined {
  if (typeof inputs !== 'object' || inputs === null) return undefined
  const fields = inputs as Record<string, unknown>
  const named = shapes.find(({ query }) => query in fields)
  if (named === undefined) return undefined
  const query = fields[named.query]
  const texts = fields[named.texts]
  const field = (name: string) => `inputs.${name}`
  if (typeof query !== 'string')
    throw errors.invalidInput(`"${field(named.query)}" must be a text.`, field(named.query))
  if (!Array.isArray(texts) || texts.length === 0)
    throw errors.invalidInput(`"${field(named.texts)}" must be a list of texts, at least one.`, field(named.texts))
  if (texts.length > inputsMax)
    throw errors.invalidInput(
      `"${field(named.texts)}" has ${texts.length} texts; the limit is ${inputsMax} per request.`,
      field(named.texts),
    )
  const wrong = texts.findIndex((text) => typeof text !== 'string')
  if (wrong >= 0) {
    const param = `${field(named.texts)}[${wrong}]`
    throw errors.invalidInput(`"${param}" must be a text.`, param)
  }
  return { query, texts, shape: named.shape }
}
