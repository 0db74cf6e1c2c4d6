import { closeSync } from 'node:fs'
import { WorkerEngine } from '../../../../gpu-service/engine/worker-engine.ts'
import { takeDescriptors } from './take-descriptors.ts'
import { workerUrl } from './worker-url.ts'

/**
 * Kills an engine while its service has no file descriptor left; prints the result of a run then, and once there are
 * some again.
 */
const [path = ''] = process.argv.slice(2)
const inputs = () => ({ X: { type: 'float32', dims: [1, 4], data: Float32Array.of(5.1, 3.5, 1.4, 0.2) } }) as const
const deaths: string[] = []
const engine = new WorkerEngine({ workerUrl, device: 'cpu', onDeath: ({ message }) => deaths.push(message) })
const run = () =>
  engine.run({ modelId: 'iris', inputs: inputs(), outputs: ['output_label'] }).then(
    () => 'answered',
    ({ name }: Error) => name,
  )
await engine.load({ modelId: 'iris', path })
await run()

const taken = takeDescriptors()
process.kill(engine.pid as number, 'SIGKILL')
while (deaths.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
const without = await run()
for (const descriptor of taken) closeSync(descriptor)
const behind = await run()
await engine.close()
process.stdout.write(JSON.stringify({ without, behind }))
