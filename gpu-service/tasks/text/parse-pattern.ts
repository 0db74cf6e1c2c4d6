/** A regular expression in the shape that tells how often it may be tried anew. */
export type Alternatives = Term[][]

export interface Term {
  /** What is matched: a character or an assertion of none has nothing inside. */
  inside?: Alternatives
  /** Where it is only looked whether that stands there. */
  looks?: 'ahead' | 'behind'
  min: number
  max: number
}

/** Deeper than any that was written by hand. */
const depthMax = 50

/**
 * Reads what JavaScript has compiled with the flag `u`.
 *
 * @returns undefined for one that is nested too deeply, or that looks for what it found once more, which may be a page
 */
export function parsePattern({ source }: RegExp): Alternatives | undefined {
  let at = 0

  function alternatives(depth: number): Alternatives | undefined {
    if (depth > depthMax) return undefined
    const all: Alternatives = [[]]
    while (at < source.length && source[at] !== ')') {
      if (source[at] === '|') {
        at++
        all.push([])
        continue
      }
      const term = next(depth)
      if (term === undefined) return undefined
      all.at(-1)?.push(term)
    }
    return all
  }

  function next(depth: number): Term | undefined {
    const opening = /\((\?(?:[\w-]*:|<?[=!]|<\w+>))?/y
    opening.lastIndex = at
    const [group, kind = ''] = opening.exec(source) ?? []
    if (group === undefined) {
      if (/^\\(?:[1-9]|k<)/.test(source.slice(at, at + 3))) return undefined
      at += characterLength()
      return times()
    }
    at += group.length
    const inside = alternatives(depth + 1)
    at++
    if (inside === undefined) return undefined
    if (!/[=!]$/.test(kind)) return { inside, ...times() }
    return { inside, looks: kind.startsWith('?<') ? 'behind' : 'ahead', ...times() }
  }

  function characterLength(): number {
    const one = /\\[pPu]\{[^}]*\}|\\.|\[(?:\\.|[^\]\\])*\]|./suy
    one.lastIndex = at
    return one.exec(source)?.[0].length ?? 1
  }

  function times(): Pick<Term, 'min' | 'max'> {
    const quantifier = /(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/y
    quantifier.lastIndex = at
    const [whole, sign, least, comma, most] = quantifier.exec(source) ?? []
    if (whole === undefined) return { min: 1, max: 1 }
    at += whole.length
    if (sign !== undefined) return { min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : Number.POSITIVE_INFINITY }
    const min = Number(least)
    return { min, max: comma === '' ? min : most === '' ? Number.POSITIVE_INFINITY : Number(most) }
  }

  return alternatives(0)
}
