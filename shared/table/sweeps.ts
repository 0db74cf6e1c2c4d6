import { inParallel } from '../in-parallel.ts'
import { keys } from './keys.ts'
import type { Table, TransactAction } from './table.ts'

/**
 * How a collection removes blobs safely beside publications that may need them, in any order and however late:
 *
 *   collection    finds blobs without a revision · condemns them · begins a new round · looks again · removes those
 *                 that are still condemned and unused
 *   publication   reads the round · takes back its condemned blobs and checks that all exist · writes the revision's
 *                 files · publishes, on condition that the round is unchanged
 *
 * A publication of the previous round has either ended, so the second look sees it, or fails and starts over. One of
 * the new round sees what is condemned.
 */
export interface SweepRound {
  repoId: string
  /** Absent before the first collection. */
  round?: number | undefined
  /** Whether blobs may be condemned. */
  isOpen: boolean
}

const partOf = (repoId: string): string => repoId.slice(0, 2)
const allParts = Array.from({ length: 256 }, (_, part) => part.toString(16).padStart(2, '0'))

export async function readSweepRound(table: Table, repoId: string): Promise<SweepRound> {
  const item = await table.get<{ round: number; isOpen: boolean }>(keys.sweepRound(partOf(repoId)))
  return { repoId, round: item?.round, isOpen: item?.isOpen ?? false }
}

/** For the transaction that publishes: fails where a collection began a new round meanwhile. */
export const roundStands = ({ repoId, round }: SweepRound): TransactAction => ({
  check: keys.sweepRound(partOf(repoId)),
  condition:
    round === undefined
      ? { expression: 'attribute_not_exists(pk)' }
      : { expression: 'round = :round', values: { ':round': round } },
})

/** Counted first, so that it is only valid while every other part is. */
const firstPart = '00'

/** For the collection itself: blobs condemned after the next round began would not be checked again. */
export const readFirstRound = (table: Table): Promise<SweepRound> => readSweepRound(table, firstPart)

/** Once it resolves, every publication that began before has ended or will fail. */
export async function beginSweepRound(table: Table): Promise<void> {
  const change = { expression: 'SET isOpen = :open ADD round :one', values: { ':open': true, ':one': 1 } }
  await table.update(keys.sweepRound(firstPart), change)
  const others = allParts.filter((part) => part !== firstPart)
  await inParallel(others, 16, (part) => table.update(keys.sweepRound(part), change))
}

/** Marks that nothing is condemned, which saves publications a read. */
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
