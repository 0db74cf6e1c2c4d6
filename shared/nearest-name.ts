import { editsBetween } from './edits-between.ts'

/** Names also come from callers, and comparing costs the product of both lengths. */
const lettersMax = 64
const knownMax = 1000

/** The known name closest to a mistyped one; `undefined` where none is within `editsMax`. */
export function nearestName({ name, known, editsMax }: Mistyped): string | undefined {
  if (name.length > lettersMax) return undefined
  const [first] = known
    .slice(0, knownMax)
    .filter((candidate) => Math.abs(candidate.length - name.length) <= editsMax)
    .map((candidate) => ({ candidate, edits: editsBetween(name, candidate) }))
    .toSorted((one, other) => one.edits - other.edits)
  return first !== undefined && first.edits <= editsMax ? first.candidate : undefined
}

interface Mistyped {
  name: string
  known: readonly string[]
  /** How many letters may differ. */
  editsMax: number
}
