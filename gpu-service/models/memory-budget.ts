import { totalmem } from 'node:os'
import type { Device } from '../engine/engine.ts'

/** The rest is for runs, queues, tokenizers and everything else. */
const modelsShare = 0.6

/**
 * The default memory budget of models: a share of this process's memory. On a GPU models use its own memory, whose size
 * is not known here.
 */
export function defaultModelMemoryBytes({ device, machine = memoryOfMachine() }: DefaultMemory): number {
  return device === 'cuda' ? Number.POSITIVE_INFINITY : Math.floor(machine * modelsShare)
}

interface DefaultMemory {
  device: Device
  machine?: number
}

/** The machine's memory, or a container's lower limit. */
const memoryOfMachine = (): number => {
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}
