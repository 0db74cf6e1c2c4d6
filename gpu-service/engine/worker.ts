import type { WorkerSettings } from './messages.ts'
import { serveRequests } from './serve-requests.ts'
import { Sessions } from './sessions.ts'
import { writeMapped } from './write-mapped.ts'

/** The entry point of an engine process: `session.run` blocks its thread, so it never runs in the HTTP process. */
// onnxruntime-node cannot read a Float16Array; if the class is missing, it uses a Uint16Array of the bits.
Reflect.deleteProperty(globalThis, 'Float16Array')
const [module = '', settings = '{}', path, folder] = process.argv.slice(1)
if (path !== undefined && folder !== undefined) {
  await writeMapped({ path, folder })
} else {
  const sessions = new Sessions(JSON.parse(settings) as WorkerSettings, [module, settings])
  await serveRequests((request, inputs) => sessions.handle(request, inputs))
  await sessions.close()
}
process.exit(0)
