import { totalmem } from 'node:os'
import type { Device } from '../engine/engine.ts'

/** What the runs, the queues, the tokenizers and everything else but the models are left. */
const modelsShare = 0.6

/**
 * What models may take where no setting says it: a share of what this process may have of the machine's memory. On a
 * GPU they stand in memory of its own, of which nothing is known here.
 */
export function defaultModelMemoryBytes({ device, machine = memoryOfMachine() }: DefaultMemory): number {
  return device === 'cuda' ? Number.POSITIVE_INFINITY : Math.floor(machine * modelsShare)
}

interface DefaultMemory {
  device: Device
  machine?: number
}

/** A container's limit, where there is one below what the machine has. */
const memoryOfMachine = (): number => {
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}
