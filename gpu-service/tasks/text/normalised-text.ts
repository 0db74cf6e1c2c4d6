import { type AlignedText, replaceAligned, sliceAligned, startAligned } from './aligned-text.ts'
import { composeAligned, isComposing } from './composed-text.ts'

/** One normalisation step: the library's function with its settings. */
export interface NormaliseStep {
  normalise(text: string): string
  /** As in tokenizer.json. */
  type: string
  /** Of a `Replace`. */
  pattern?: RegExp | string | undefined
  content?: string | undefined
}

/** Normalises a text as the library does and keeps the source range of each character. */
export const normaliseAligned = (text: AlignedText, steps: readonly NormaliseStep[]): AlignedText =>
  steps.reduce(takeStep, text)

function takeStep(input: AlignedText, step: NormaliseStep): AlignedText {
  const { normalise, type, pattern, content = '' } = step
  const text = normalise(input.text)
  if (text === input.text) return input
  if (type === 'Replace' && pattern !== undefined) return replaceAligned(input, pattern, content)
  if (type === 'Prepend') return prepended(input, text)
  if (isComposing(type)) return composeAligned(input, type)
  if (type === 'Strip') return sliceAligned(input, input.text.indexOf(text), input.text.indexOf(text) + text.length)
  const made = inClusters({ ...input, normalise, type })
  // Only the lengths must agree: a letter may take another form in context, as a final sigma does.
  if (made.text.length === text.length) return { ...made, text }
  return spliced(input, text)
}

const single = /[\s\S]/gu
const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' })

/**
 * Normalises cluster by cluster: the result of one character maps to it, the n-th character of the result of several to
 * the n-th of them.
 */
function inClusters({ text, starts, ends, normalise, type }: InClusters): AlignedText {
  const made = startAligned()
  for (const { index, cluster } of clustersOf(text, type)) {
    const origins = [...cluster].map(({ length }) => length)
    let unit = index
    for (const character of normalise(cluster)) {
      made.add(character, starts[unit] ?? 0, ends[unit] ?? 0)
      if (origins.length > 1) unit += origins.shift() ?? 0
    }
  }
  return made.done()
}

function* clustersOf(text: string, type: string): Generator<{ index: number; cluster: string }> {
  // SentencePiece's map is applied to whole graphemes.
  if (type === 'Precompiled')
    for (const { index, segment } of graphemes.segment(text)) yield { index, cluster: segment }
  else for (const { index, 0: cluster } of text.matchAll(single)) yield { index, cluster }
}

interface InClusters extends AlignedText {
  normalise: (text: string) => string
  type: string
}

/** A prefix maps to the first character of the text, as in Python. */
function prepended({ text: before, starts, ends }: AlignedText, text: string): AlignedText {
  const count = text.length - before.length
  const put = (places: readonly number[]) => [...Array<number>(count).fill(places[0] ?? 0), ...places]
  return { text, starts: put(starts), ends: put(ends) }
}

/** Aligns the common prefix and suffix; everything between maps to everything between. */
function spliced({ text: before, starts, ends }: AlignedText, text: string): AlignedText {
  const shorter = Math.min(before.length, text.length)
  let tail = 0
  while (tail < shorter && before.at(-1 - tail) === text.at(-1 - tail)) tail++
  let head = 0
  while (head < shorter - tail && before[head] === text[head]) head++
  const start = starts[head] ?? ends.at(-1) ?? 0
  const end = Math.max(start, ends[before.length - tail - 1] ?? start)
  const middle = text.length - head - tail
  const cut = before.length - tail
  return {
    text,
    starts: [...starts.slice(0, head), ...Array<number>(middle).fill(start), ...starts.slice(cut)],
    ends: [...ends.slice(0, head), ...Array<number>(middle).fill(cut <= head ? start : end), ...ends.slice(cut)],
  }
}
