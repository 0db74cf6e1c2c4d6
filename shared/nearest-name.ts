import { editsBetween } from './edits-between.ts'

/** Names come from callers too, and comparing takes the product of both lengths. */
const lettersMax = 64
const knownMax = 1000

/** The name that is meant most likely by one that is mistyped; `undefined` where none is within `editsMax`. */
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
