import type { WorkerSettings } from './messages.ts'
import { serveRequests } from './serve-requests.ts'
import { Sessions } from './sessions.ts'
import { writeMapped } from './write-mapped.ts'

/** An engine's process: `session.run` blocks its thread, so it is never the one that serves HTTP. */
// The runtime reads no bytes of a Float16Array; where there is none, it takes the bits as a Uint16Array.
Reflect.deleteProperty(globalThis, 'Float16Array')
const [module = '', settings = '{}', path, folder] = process.argv.slice(1)
if (path !== undefined && folder !== undefined) {
  await writeMapped({ path, folder })
} else {
  const sessions = new Sessions(JSON.parse(settings) as WorkerSettings, [module, settings])
  await serveRequests((request, inputs) => sessions.obey(request, inputs))
  await sessions.close()
}
process.exit(0)
