import type { AlignedText } from './aligned-text.ts'
import { byteSpace } from './byte-alphabet.ts'
import type { TokenMarks } from './tokenizer-parts.ts'

const metaspace = '\u2581'

/** Finds the index in the stream of each unit of a word, or -1 for one that the tokenizer has inserted. */
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

/** Skips what lies between words and belongs to no token. */
function seek(text: string, unit: string, from: number): number {
  if (matches(text.charAt(from), unit)) return from
  return text.indexOf(unit, from)
}
