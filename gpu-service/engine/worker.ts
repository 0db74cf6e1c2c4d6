import type { WorkerSettings } from './messages.ts'
import { serveRequests } from './serve-requests.ts'
import { Sessions } from './sessions.ts'

/** An engine's process: `session.run` blocks its thread, so it is never the one that serves HTTP. */
const [settings = '{}'] = process.argv.slice(2)
const sessions = new Sessions(JSON.parse(settings) as WorkerSettings)
await serveRequests((request, inputs) => sessions.obey(request, inputs))
await sessions.close()
process.exit(0)
