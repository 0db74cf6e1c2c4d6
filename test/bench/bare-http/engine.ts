import { parentPort, workerData } from 'node:worker_threads'
import { type BareSession, openBareSession } from '../bare-session.ts'

export interface BareEngine extends BareSession {
  /** Whether each text has a run of its own. */
  isAlone: boolean
}

/** Runs what its parent sends: lists of token ids in, the numbers of their vectors out. */
const { isAlone, ...bare } = workerData as BareEngine
const session = await openBareSession(bare)
parentPort?.on('message', async (batch: number[][]) => {
  const outputs: Float32Array[] = []
  for (const part of isAlone ? batch.map((ids) => [ids]) : [batch]) {
    const output = await session.run(session.feedOf(part))
    outputs.push(output?.data as Float32Array)
  }
  const width = outputs[0]?.length ?? 0
  const numbers = new Float32Array(width * outputs.length)
  for (const [at, output] of outputs.entries()) numbers.set(output, at * width)
  parentPort?.postMessage(numbers, [numbers.buffer])
})
parentPort?.postMessage('ready')
