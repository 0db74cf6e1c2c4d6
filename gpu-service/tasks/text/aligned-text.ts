/** A text derived from another, with the source range of each of its UTF-16 units. */
export interface AlignedText {
  text: string
  starts: readonly number[]
  ends: readonly number[]
}

/** Aligns a part of a text with itself. */
export function alignText(text: string, from = 0, to = text.length): AlignedText {
  const made = startAligned()
  for (let index = from; index < to; ) {
    const unit = String.fromCodePoint(text.codePointAt(index) ?? 0)
    made.add(unit, index, index + unit.length)
    index += unit.length
  }
  return made.done()
}

export function sliceAligned({ text, starts, ends }: AlignedText, from: number, to: number): AlignedText {
  return { text: text.slice(from, to), starts: starts.slice(from, to), ends: ends.slice(from, to) }
}

/** Builds an aligned text piece by piece. */
export function startAligned() {
  const pieces: string[] = []
  const starts: number[] = []
  const ends: number[] = []
  return {
    /** Every unit of the piece maps to the same source range. */
    add(piece: string, start: number, end: number): void {
      pieces.push(piece)
      for (let unit = 0; unit < piece.length; unit++) {
        starts.push(start)
        ends.push(end)
      }
    },
    done: (): AlignedText => ({ text: pieces.join(''), starts, ends }),
  }
}

/** Replaces every match of a pattern; the replacement maps to the last character of the match, as in Python. */
export function replaceAligned(input: AlignedText, pattern: RegExp | string, content: string): AlignedText {
  const made = startAligned()
  const keep = (from: number, to: number) => {
    for (let unit = from; unit < to; unit++)
      made.add(input.text.charAt(unit), input.starts[unit] ?? 0, input.ends[unit] ?? 0)
  }
  let cursor = 0
  const matches = typeof pattern === 'string' ? literalMatches(input.text, pattern) : input.text.matchAll(pattern)
  for (const { index, 0: found } of matches) {
    keep(cursor, index)
    const last = found.length === 0 ? index : index + found.length - 1
    made.add(content, input.starts[last] ?? input.ends.at(-1) ?? 0, input.ends[last] ?? input.ends.at(-1) ?? 0)
    cursor = index + found.length
  }
  keep(cursor, input.text.length)
  return made.done()
}

function* literalMatches(text: string, pattern: string): Generator<{ index: number; 0: string }> {
  if (pattern === '') return
  for (let at = text.indexOf(pattern); at >= 0; at = text.indexOf(pattern, at + pattern.length))
    yield { index: at, 0: pattern }
}
