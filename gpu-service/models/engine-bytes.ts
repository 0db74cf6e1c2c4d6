import type { Device } from '../engine/engine.ts'
import { privateBytes } from './private-bytes.ts'

/**
 * What the engines hold beside files that they map, of the memory that models are given their share of; `undefined` where
 * that cannot be told. On a GPU it is the GPU's: what a process takes of the machine's, for CUDA itself above all, would be
 * counted as the model's that came first.
 */
export const engineBytes = ({ device, pids }: EngineBytes): number | undefined =>
  device === 'cuda' ? undefined : privateBytes(pids)

interface EngineBytes {
  device: Device
  /** Of the engines' processes, where they are at work. */
  pids: readonly (number | undefined)[]
}
