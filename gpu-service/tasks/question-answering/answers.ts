import { hash } from 'node:crypto'
import type { YieldTurn } from '../../yield-turn.ts'
import type { LocatedText } from '../text/encoded-text.ts'
import { largest } from '../text/largest.ts'
import type { SpansOfWindow } from './answer-spans.ts'

export interface TextAnswer {
  score: number
  start: number
  end: number
  answer: string
}

/**
 * Merges the answers of all windows of a context, in descending order of score. With `byWords` an answer extends to
 * whole words. Answers with the same text, from overlapping spans or windows, are merged and their scores added, as in
 * transformers.
 */
export async function answersOf(asked: AnswersOf): Promise<TextAnswer[]> {
  const { context, windows, count, withNone, byWords, yieldTurn } = asked
  const answers = new Map<string, Found>()
  let nullScore = Number.POSITIVE_INFINITY
  for (const { located, found } of windows) {
    nullScore = Math.min(nullScore, found.nullScore)
    for (const { first, last, score } of found.spans) {
      const [start, end] = placeOf({ located, first, last, byWords })
      const key = answerKey(context.slice(start, end))
      const same = answers.get(key)
      if (same === undefined) answers.set(key, { score, start, end })
      else same.score += score
    }
    await yieldTurn()
  }
  const all = [...answers.values()]
  if (withNone) all.push({ score: nullScore, start: 0, end: 0 })
  const scores = all.map(({ score }) => score)
  return largest(scores, count).flatMap((place) => {
    const answer = all[place]
    return answer === undefined ? [] : { ...answer, answer: context.slice(answer.start, answer.end) }
  })
}

interface AnswersOf {
  context: string
  windows: readonly { located: LocatedText; found: SpansOfWindow }[]
  count: number
  /** Whether "no answer" is a possible answer. */
  withNone: boolean
  byWords: boolean
  yieldTurn: YieldTurn
}

type Found = Omit<TextAnswer, 'answer'>

/** The key of an answer's text. A hash if it is long: half a million long texts would fill the memory. */
function answerKey(answer: string): string {
  const text = answer.toLowerCase()
  return text.length > 64 ? hash('sha256', text, 'base64') : text
}

function placeOf({ located, first, last, byWords }: PlaceOf): [number, number] {
  const { starts, ends, wordStarts, wordEnds } = located
  return byWords ? [wordStarts[first] ?? 0, wordEnds[last] ?? 0] : [starts[first] ?? 0, ends[last] ?? 0]
}

interface PlaceOf {
  located: LocatedText
  first: number
  last: number
  byWords: boolean
}
