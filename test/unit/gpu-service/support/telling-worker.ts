import { serveRequests } from '../../../../gpu-service/engine/serve-requests.ts'

/** A worker that tells what it knows of its environment. */
await serveRequests(async () => ({
  environment: { type: 'string', dims: [1], data: [JSON.stringify(process.env)] },
}))
