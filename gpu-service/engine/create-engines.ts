import { availableParallelism } from 'node:os'
import type { Device, EngineDied, LostModel } from './engine.ts'
import { newEngineGroup } from './engine-group.ts'
import { WorkerEngine } from './worker-engine.ts'

interface EngineSettings {
  device: Device
  /** The number of engines; by default one per core on a CPU, one on a GPU. */
  engines?: number | undefined
  /** Threads of a run; 1 by default, because two runs of one thread are faster than one run of two. */
  intraOpThreads?: number | undefined
  /** The environment of the engine processes; empty by default. */
  environment?: Readonly<Record<string, string>>
}

interface CreateEngines extends EngineSettings {
  workerUrl: URL
  onDeath: (error: EngineDied) => void
  onLoss: (lost: LostModel) => void
}

/** Creates the engines of this machine. */
export function createEngines({ workerUrl, onDeath, onLoss, ...given }: CreateEngines): WorkerEngine[] {
  const { device, intraOpThreads = 1, environment = {} } = given
  const cores = availableParallelism()
  const count = given.engines ?? (device === 'cuda' ? 1 : Math.max(1, Math.floor(cores / intraOpThreads)))
  const loneThreads = device === 'cuda' ? intraOpThreads : cores
  const group = newEngineGroup()
  const shared = { workerUrl, device, environment, intraOpThreads, loneThreads, group, onDeath, onLoss }
  return Array.from({ length: count }, () => new WorkerEngine(shared))
}
