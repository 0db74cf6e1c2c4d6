import { WorkerEngine } from '../../../../gpu-service/engine/worker-engine.ts'
import { workerUrl } from './worker-url.ts'

/** A process that has an engine and tells which process that is. */
const engine = new WorkerEngine({ workerUrl, device: 'cpu' })
await engine.load({ modelId: 'none', path: 'none.onnx' }).catch(() => {})
process.send?.({ pid: engine.pid })
