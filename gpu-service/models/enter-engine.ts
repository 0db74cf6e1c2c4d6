import { type Engine, type EngineCall, EngineDied, ModelHung } from '../engine/engine.ts'
import type { EnginePool } from '../engine/engine-pool.ts'
import type { OpenedTask } from '../tasks/task.ts'
import { graphId } from './graph-id.ts'

/** A model under the id by which the engines know it. */
export interface EngineCopies {
  modelId: string
  opened: Pick<OpenedTask, 'graphs' | 'warmUp'>
  pool: Pick<EnginePool, 'engines' | 'lend'>
}

/** A run of the warm-up, measured. */
export interface MeasuredRun {
  graph: string
  items: number
  cost: number
  runMs: number
}

export interface Entered {
  speed: MeasuredRun[]
  warmUpMs: number
}

export interface EnterEngines {
  /** For messages. */
  file: string
  /** What its files hold together: how long a load may take grows with it. */
  fileBytes: number
  /** Whether it was in before: it comes to an end, and its speed is known. */
  isKnown?: boolean
}

/** Loads a model into one engine and makes the runs of its warm-up there. @throws what they throw, or that it was stopped */
export async function enterEngine(
  engine: Engine,
  { modelId, opened, pool, fileBytes, isKnown, signal }: EngineCopies & EnterEngines & { signal: AbortSignal },
): Promise<Entered> {
  // Lent anew for each step, so that no work waits for more than one of them, nor behind one while others are free.
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
    // The first run of a shape also makes room for it, so the second one is the measure: of what a busy engine does.
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
 * A process may be ended from outside while it loads, so the one in its place does the same again. What ends them by
 * itself is given up soon: each takes the other models of its engine with it for a moment.
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

/** How many inputs a run takes: the first dimension of its tensors. */
const itemsOf = ({ inputs }: EngineCall): number => Object.values(inputs)[0]?.dims[0] || 1
