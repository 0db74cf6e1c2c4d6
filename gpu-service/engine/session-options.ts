import type { InferenceSession } from 'onnxruntime-node'
import type { WorkerSettings } from './messages.ts'

/**
 * A GPU's arena grows to the next power of two and never shrinks (microsoft/onnxruntime#7267), so weights in it could take
 * nearly twice what their file says, and that is what models are given their share of the GPU by. Outside of it they take
 * what they are. On a CPU they lie in the mapped file.
 */
const weightsOutsideArena = { use_device_allocator_for_initializers: '1' }

export function sessionOptions({ device, threads }: SessionSettings): InferenceSession.SessionOptions {
  return {
    executionProviders: [device],
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // The runtime writes its errors to stderr in colour; they come back as reasons already.
    logSeverityLevel: 4,
    extra: {
      session: {
        // Threads that wait awake for their part of a run make it a third faster; none may stay awake behind it.
        force_spinning_stop: '1',
        ...(device === 'cuda' && weightsOutsideArena),
      },
    },
  }
}

type SessionSettings = Pick<WorkerSettings, 'device'> & {
  /** Of one run. */
  threads: number
}
