import type { Device } from '../engine/engine.ts'
import { privateBytes } from './private-bytes.ts'

/**
 * The private memory of the engine processes, without mapped files; undefined if unknown. Always undefined on a GPU,
 * where models take the GPU's memory: the host memory of a process, mostly CUDA's own, would be counted for whichever
 * model is loaded first.
 */
export const engineBytes = ({ device, pids }: EngineBytes): number | undefined =>
  device === 'cuda' ? undefined : privateBytes(pids)

interface EngineBytes {
  device: Device
  /** The engine processes; undefined for one that is not running. */
  pids: readonly (number | undefined)[]
}
