import { inParallel } from '../in-parallel.ts'
import { keys } from './keys.ts'
import type { Table, TransactAction } from './table.ts'

/**
 * What lets blobs be removed beside publications that may need them, whatever the order and however late either is:
 *
 *   collection    finds what no revision names · condemns it · begins a new round · looks again · removes what is still
 *                 condemned and still not named
 *   publication   reads the round · takes back what of it is condemned, and sees that all is there · writes the files of
 *                 the revision · publishes, on condition that the round is the same
 *
 * A publication of the round before is either over, and seen by the second look, or fails and begins again. One of the
 * new round sees what is condemned.
 */
export interface SweepRound {
  repoId: string
  /** Absent where there never was a collection. */
  round?: number | undefined
  /** Whether anything may be condemned. */
  isOpen: boolean
}

const partOf = (repoId: string): string => repoId.slice(0, 2)
const allParts = Array.from({ length: 256 }, (_, part) => part.toString(16).padStart(2, '0'))

export async function readSweepRound(table: Table, repoId: string): Promise<SweepRound> {
  const item = await table.get<{ round: number; isOpen: boolean }>(keys.sweepRound(partOf(repoId)))
  return { repoId, round: item?.round, isOpen: item?.isOpen ?? false }
}

/** For the transaction that publishes: fails where a collection has begun a new round meanwhile. */
export const roundStands = ({ repoId, round }: SweepRound): TransactAction => ({
  check: keys.sweepRound(partOf(repoId)),
  condition:
    round === undefined
      ? { expression: 'attribute_not_exists(pk)' }
      : { expression: 'round = :round', values: { ':round': round } },
})

/** The part that is counted on first, so that it stands only as long as every other does. */
const firstPart = '00'

/** For the collection itself: what is condemned after its round has begun would not be looked for again. */
export const readFirstRound = (table: Table): Promise<SweepRound> => readSweepRound(table, firstPart)

/** Every publication that began before this has ended when it resolves, or will fail. */
export async function beginSweepRound(table: Table): Promise<void> {
  const change = { expression: 'SET isOpen = :open ADD round :one', values: { ':open': true, ':one': 1 } }
  await table.update(keys.sweepRound(firstPart), change)
  const others = allParts.filter((part) => part !== firstPart)
  await inParallel(others, 16, (part) => table.update(keys.sweepRound(part), change))
}

/** Says that nothing is condemned any more, which spares publications from asking. */
export async function endSweepRound(table: Table): Promise<void> {
  const change = { expression: 'SET isOpen = :open', condition: 'attribute_exists(pk)', values: { ':open': false } }
  await inParallel(allParts, 16, (part) => table.update(keys.sweepRound(part), change))
}

export interface CondemnedBlobItem {
  sha256: string
  sizeBytes: number
  state: 'condemned' | 'removing'
  jobId: string
  /** ISO time of the last change of its state. */
  since: string
}
