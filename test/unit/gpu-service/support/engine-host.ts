import { WorkerEngine } from '../../../../gpu-service/engine/worker-engine.ts'

/** A process with an engine; reports the engine's pid and starts a run that may never end. */
const [name = 'endless-worker'] = process.argv.slice(2)
const engine = new WorkerEngine({ workerUrl: new URL(`./${name}.ts`, import.meta.url), device: 'cpu' })
await engine.load({ modelId: 'endless', path: 'none.onnx' }).catch(() => {})
void engine.run({ modelId: 'endless', inputs: {}, outputs: [] }).catch(() => {})
process.send?.({ pid: engine.pid })
