import '../../../../gpu-service/engine/worker.ts'
import { existsSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import type { WorkerRequest } from '../../../../gpu-service/engine/messages.ts'

/** The real worker, which leaves without an answer over a run of "deadly", or over "fragile" when its file is gone. */
parentPort?.on('message', (request: WorkerRequest) => {
  if (request.kind === 'run' && request.modelId === 'deadly') process.exit(7)
  if (request.kind === 'load' && request.modelId === 'fragile' && !existsSync(request.path)) process.exit(8)
})
