import '../../../../gpu-service/engine/worker.ts'
import { parentPort } from 'node:worker_threads'
import type { WorkerRequest } from '../../../../gpu-service/engine/messages.ts'

/** The real worker, which leaves without an answer when it is asked for the model "deadly". */
parentPort?.on('message', (request: WorkerRequest) => {
  if (request.kind === 'run' && request.modelId === 'deadly') process.exit(7)
})
