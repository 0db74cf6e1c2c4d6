import { serveRequests } from '../../../../gpu-service/engine/serve-requests.ts'

/** A worker whose runs of "endless" and loads of "stuck" never end, and that loads "slow" slowly. */
await serveRequests(async ({ kind, modelId }) => {
  while (kind === 'run' && modelId === 'endless');
  while (kind === 'load' && modelId === 'stuck');
  if (kind === 'load' && modelId === 'slow') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
  return {}
})
