import type { AlignedText } from './aligned-text.ts'
import { byteSpace } from './byte-alphabet.ts'
import type { TokenMarks } from './tokenizer-parts.ts'

const metaspace = '\u2581'

/** Where each unit of a word stands in the stream, or -1 where the tokenizer has put it there itself. */
export function findWord({ word, stream: { text }, cursor: from, marks }: FindWord): {
  places: number[]
  cursor: number
} {
  let cursor = from
  const places = word.split('').map((unit, index) => {
    const isSpace = unit === metaspace || (index === 0 && (unit === byteSpace || unit === ' '))
    if (isSpace && (marks.dropsSpaces || !matches(text.charAt(cursor), unit))) return -1
    const place = seek(text, unit, cursor)
    if (place < 0) return -1
    cursor = place + 1
    return place
  })
  return { places, cursor }
}

interface FindWord {
  word: string
  stream: AlignedText
  cursor: number
  marks: TokenMarks
}

const matches = (unit: string, wanted: string): boolean => unit === wanted || (wanted === metaspace && unit === ' ')

/** What stands between words is of no token. */
function seek(text: string, unit: string, from: number): number {
  if (matches(text.charAt(from), unit)) return from
  return text.indexOf(unit, from)
}
