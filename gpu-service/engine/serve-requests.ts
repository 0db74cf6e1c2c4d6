import { BlockingFrames, writeFrames } from './blocking-frames.ts'
import type { Tensors } from './engine.ts'
import type { Frame } from './frames.ts'
import { engineFd, type WorkerReply, type WorkerRequest } from './messages.ts'
import { packTensors, unpackTensors } from './packed-tensors.ts'

/** Does what is asked, with the tensors that came with it. @throws Error with a reason for the asker */
export type Obey = (request: WorkerRequest, inputs: Tensors) => Promise<Tensors | undefined>

/** How long an answer is held back to go with the next. */
const heldMsMax = 50

/** Nobody else waits for this process's thread. */
const withoutBreath = () => undefined

/**
 * The loop of an engine's process: a frame is obeyed before the next is read. Reading blocks, because a run blocks
 * too. Ends when the service closes the socket, which its own end does, whichever way it ends.
 */
export async function serveRequests(obey: Obey): Promise<void> {
  // A terminal sends Ctrl-C to every process of its group; the service says when the engines are not needed.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
  const requests = new BlockingFrames<WorkerRequest>(engineFd)
  let replies: Frame<WorkerReply>[] = []
  let heldSinceMs = 0
  for (let frame = requests.next(); frame !== undefined; frame = requests.next()) {
    const { message, tensors = {} } = frame
    const { id } = message
    const inputs = await unpackTensors(tensors, withoutBreath)
    const startedMs = performance.now()
    if (replies.length === 0) heldSinceMs = startedMs
    const reply = await obey(message, inputs)
      .then(async (answer): Promise<Frame<WorkerReply>> => {
        const tookMs = performance.now() - startedMs
        return { message: { id, ok: true, tookMs }, tensors: answer && (await packTensors(answer, withoutBreath)) }
      })
      .catch((error): Frame<WorkerReply> => ({ message: { id, ok: false, reason: reasonOf(error) } }))
    replies.push(reply)
    // Those that were expected to be short may not be.
    if (message.kind === 'run' && message.more && performance.now() - heldSinceMs < heldMsMax) continue
    writeFrames(engineFd, replies)
    replies = []
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
