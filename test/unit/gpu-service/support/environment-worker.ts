import { serveRequests } from '../../../../gpu-service/engine/serve-requests.ts'

/** A worker that reports its environment. */
await serveRequests(async () => ({
  environment: { type: 'string', dims: [1], data: [JSON.stringify(process.env)] },
}))
