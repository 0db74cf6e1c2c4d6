import { existsSync } from 'node:fs'
import { serveRequests } from '../../../../gpu-service/engine/serve-requests.ts'
import { Sessions } from '../../../../gpu-service/engine/sessions.ts'

/** The real worker, except that it dies in a run of "deadly", or when loading "fragile" after its file is gone. */
const sessions = new Sessions({ device: 'cpu', intraOpThreads: 1, loneThreads: 1, mapBytesMin: 2 ** 30 }, [''])
await serveRequests(async (request, inputs) => {
  if (request.kind === 'run' && request.modelId === 'deadly') process.abort()
  if (request.kind === 'load' && request.modelId === 'fragile' && !existsSync(request.path)) process.exit(8)
  return sessions.handle(request, inputs)
})
