import type { LocatedText } from '../text/encoded-text.ts'
import type { SpansOfWindow } from './answer-spans.ts'

export interface TextAnswer {
  score: number
  start: number
  end: number
  answer: string
}

/**
 * The answers of all windows of a context, from the likeliest down. A token within a word stands for the word; answers
 * that read the same, from spans or windows that overlap, are one with the sum of their scores, as in transformers.
 */
export function answersOf({ context, windows, count, withNone, byWords }: AnswersOf): TextAnswer[] {
  const answers = new Map<string, TextAnswer>()
  let nullScore = Number.POSITIVE_INFINITY
  for (const { located, found } of windows) {
    nullScore = Math.min(nullScore, found.nullScore)
    for (const { first, last, score } of found.spans) {
      const [start, end] = placeOf({ located, first, last, byWords })
      const answer = context.slice(start, end)
      const key = answer.toLowerCase()
      const same = answers.get(key)
      if (same === undefined) answers.set(key, { score, start, end, answer })
      else same.score += score
    }
  }
  const all = [...answers.values()]
  if (withNone) all.push({ score: nullScore, start: 0, end: 0, answer: '' })
  return all.sort((a, b) => b.score - a.score).slice(0, count)
}

export interface AnswersOf {
  context: string
  windows: readonly { located: LocatedText; found: SpansOfWindow }[]
  count: number
  /** Whether "no answer" is one. */
  withNone: boolean
  byWords: boolean
}

function placeOf({ located: { words, offsets }, first, last, byWords }: PlaceOf): [number, number] {
  if (byWords) return [words[first]?.start ?? 0, words[last]?.end ?? 0]
  return [offsets[first]?.[0] ?? 0, offsets[last]?.[1] ?? 0]
}

interface PlaceOf {
  located: LocatedText
  first: number
  last: number
  byWords: boolean
}
