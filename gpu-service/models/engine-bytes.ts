import type { Device } from '../engine/engine.ts'
import { privateBytes } from './private-bytes.ts'

/**
 * The engines' memory besides mapped files; `undefined` where it is unknown. On a GPU the budget is the GPU's memory,
 * and a process's memory (mostly CUDA's own) would be attributed to the model that came first.
 */
export const engineBytes = ({ device, pids }: EngineBytes): number | undefined =>
  device === 'cuda' ? undefined : privateBytes(pids)

interface EngineBytes {
  device: Device
  /** The engines' processes, where they are running. */
  pids: readonly (number | undefined)[]
}
