import { type Engine, type EngineCall, EngineDied, ModelHung } from '../engine/engine.ts'
import type { EnginePool } from '../engine/engine-pool.ts'
import type { OpenedTask } from '../tasks/task.ts'
import { graphId } from './graph-id.ts'

/** A model, its id in the engines, and the engines. */
export interface EngineModel {
  modelId: string
  opened: Pick<OpenedTask, 'graphs' | 'warmUp'>
  pool: Pick<EnginePool, 'engines' | 'lend'>
}

/** A measured warm-up run. */
export interface MeasuredRun {
  graph: string
  items: number
  cost: number
  runMs: number
}

export interface EngineLoad {
  speed: MeasuredRun[]
  warmUpMs: number
}

export interface LoadOptions {
  /** For error messages. */
  file: string
  /** The size of its files, which the time limit of a load grows with. */
  fileBytes: number
  /** Whether it was loaded before, so that it finishes and its speed is known. */
  isKnown?: boolean
}

/** Loads a model into one engine and runs its warm-up there. @throws what they throw, or that it was stopped */
export async function loadIntoEngine(
  engine: Engine,
  { modelId, opened, pool, fileBytes, isKnown, signal }: EngineModel & LoadOptions & { signal: AbortSignal },
): Promise<EngineLoad> {
  // Borrows the engine for each step, so that other work waits for at most one, and not while another engine is free.
  const step = <Answer>(use: () => Promise<Answer>) =>
    tryAgain({
      triesMax: isKnown ? triesMax.known : triesMax.unknown,
      use: () =>
        pool.lend(engine, () => {
          signal.throwIfAborted()
          return use()
        }),
    })
  for (const [graph, path] of Object.entries(opened.graphs))
    await step(() => engine.load({ modelId: graphId({ modelId, graph }), path, fileBytes }))
  const startedMs = performance.now()
  const speed: MeasuredRun[] = []
  for (const { graph, call, cost } of opened.warmUp) {
    const id = graphId({ modelId, graph })
    const items = itemsOf(call())
    // The first run of a shape also allocates its memory, so the second is measured, as on a busy engine.
    for (const threads of ['all', 'own'] as const) await step(() => engine.run({ modelId: id, threads, ...call() }))
    if (isKnown) continue
    speed.push({
      graph,
      items,
      cost,
      runMs: await step(() => measured(engine, { modelId: id, ...call() })),
    })
  }
  return { speed, warmUpMs: performance.now() - startedMs }
}

/**
 * A process may be killed from outside while loading, so the load is retried in the new one. A model that itself kills
 * engines must be given up soon, because each death interrupts the other models of the engine.
 */
const triesMax = { known: 3, unknown: 2 }

async function tryAgain<Answer>({ triesMax, use }: TryAgain<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    try {
      return await use()
    } catch (error) {
      const isOver = tries === triesMax || !(error instanceof EngineDied) || error instanceof ModelHung
      if (isOver) throw error
    }
  }
}

interface TryAgain<Answer> {
  triesMax: number
  use: () => Promise<Answer>
}

async function measured(engine: Engine, call: EngineCall & { modelId: string }): Promise<number> {
  const startedMs = performance.now()
  await engine.run({ ...call, threads: 'own' })
  return performance.now() - startedMs
}

/** The number of inputs in a run: the first dimension of its tensors. */
const itemsOf = ({ inputs }: EngineCall): number => Object.values(inputs)[0]?.dims[0] || 1
