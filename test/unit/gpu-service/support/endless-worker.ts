import { serveRequests } from '../../../../gpu-service/engine/serve-requests.ts'

/** A worker whose runs of "endless" never come to an end: it answers everything else. */
await serveRequests(async (request) => {
  while (request.kind === 'run' && request.modelId === 'endless');
  return {}
})
