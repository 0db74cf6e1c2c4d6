import type { InferenceSession } from 'onnxruntime-node'
import { withoutFusions } from './left-out-fusions.ts'
import type { WorkerSettings } from './messages.ts'

/**
 * A GPU's arena grows to powers of two and never shrinks (microsoft/onnxruntime#7267), so weights inside it could take
 * nearly twice their file size, by which memory is budgeted. Outside the arena they take their own size. On a CPU they are
 * in the mapped file.
 */
const weightsOutsideArena = { use_device_allocator_for_initializers: '1' }

export function sessionOptions({ device, threads, leftOut }: SessionSettings): InferenceSession.SessionOptions {
  return {
    executionProviders: [device],
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // The runtime would write errors to stderr, which are already returned as reasons.
    logSeverityLevel: 4,
    extra: {
      ...withoutFusions(leftOut),
      session: {
        // Spinning threads make a run a third faster, but must not spin after it ends.
        force_spinning_stop: '1',
        ...(device === 'cuda' && weightsOutsideArena),
      },
    },
  }
}

type SessionSettings = Pick<WorkerSettings, 'device'> & {
  /** Threads of a run. */
  threads: number
  /** The fusions that the graph runs without. */
  leftOut: readonly string[]
}
