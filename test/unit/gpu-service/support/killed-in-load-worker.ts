import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { serveRequests } from '../../../../gpu-service/engine/serve-requests.ts'

/** A worker that is killed in every load, when it has written half of the mapped weights. */
await serveRequests(async (request) => {
  if (request.kind !== 'load') return undefined
  await mkdir(request.partial)
  await writeFile(join(request.partial, 'weights.bin'), 'half')
  process.kill(process.pid, 'SIGKILL')
  return new Promise<never>(() => {})
})
