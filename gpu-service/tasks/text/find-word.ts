import type { AlignedText } from './aligned-text.ts'
import { byteSpace } from './byte-alphabet.ts'
import type { TokenMarks } from './tokenizer-parts.ts'

/** Finds the index in the stream of each unit of a word, or -1 for one that the tokenizer has inserted. */
export function findWord({ word, stream: { text }, cursor: from, marks }: FindWord): {
  places: number[]
  cursor: number
} {
  let cursor = from
  const places = word.split('').map((unit, index) => {
    const isSpace =
      unit === marks.startOfWord || (index === 0 && ((marks.isByteLevel && unit === byteSpace) || unit === ' '))
    if (isSpace && (marks.dropsSpaces || !matches({ unit: text.charAt(cursor), wanted: unit, marks }))) return -1
    const place = seek({ text, unit, from: cursor, marks })
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

const matches = ({ unit, wanted, marks }: { unit: string; wanted: string; marks: TokenMarks }): boolean =>
  unit === wanted || (wanted === marks.startOfWord && unit === ' ')

/** Skips what lies between words and belongs to no token. */
function seek({ text, unit, from, marks }: { text: string; unit: string; from: number; marks: TokenMarks }): number {
  if (matches({ unit: text.charAt(from), wanted: unit, marks })) return from
  return text.indexOf(unit, from)
}
