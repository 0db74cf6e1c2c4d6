import { parentPort } from 'node:worker_threads'
import type { WorkerRequest } from '../../../../gpu-service/engine/messages.ts'

/** A thread whose runs never come to an end: it answers everything else. */
parentPort?.on('message', ({ id, kind }: WorkerRequest) => {
  if (kind === 'close') parentPort?.close()
  else if (kind !== 'run') parentPort?.postMessage({ id, ok: true })
})
