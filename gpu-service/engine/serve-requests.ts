import { BlockingFrames, writeFrames } from './blocking-frames.ts'
import type { Tensors } from './engine.ts'
import type { Frame } from './frames.ts'
import { engineFd, type WorkerReply, type WorkerRequest } from './messages.ts'
import { packTensors, unpackTensors } from './packed-tensors.ts'

/** Handles a request and its tensors. @throws Error with a reason for the caller */
type Handle = (request: WorkerRequest, inputs: Tensors) => Promise<Tensors | undefined>

/** How long a reply may be held back to be sent with the next. */
const heldMsMax = 50

/** Nothing else runs on this process's thread. */
const neverYield = () => undefined

/**
 * The loop of an engine process: each request is handled before the next is read. Reading blocks, as a run does. Ends
 * when the socket is closed, which also happens when the service dies.
 */
export async function serveRequests(handle: Handle): Promise<void> {
  // Ctrl-C in a terminal goes to the whole process group, but the service decides when engines stop.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
  const requests = new BlockingFrames<WorkerRequest>(engineFd)
  let replies: Frame<WorkerReply>[] = []
  let heldSinceMs = 0
  for (let frame = requests.next(); frame !== undefined; frame = requests.next()) {
    const { message, tensors = {} } = frame
    const { id } = message
    const inputs = await unpackTensors(tensors, neverYield)
    const startedMs = performance.now()
    if (replies.length === 0) heldSinceMs = startedMs
    const reply = await handle(message, inputs)
      .then(async (answer): Promise<Frame<WorkerReply>> => {
        const tookMs = performance.now() - startedMs
        return { message: { id, ok: true, tookMs }, tensors: answer && (await packTensors(answer, neverYield)) }
      })
      .catch((error): Frame<WorkerReply> => ({ message: { id, ok: false, reason: reasonOf(error) } }))
    replies.push(reply)
    // Runs predicted to be short may not be.
    if (message.kind === 'run' && message.more && performance.now() - heldSinceMs < heldMsMax) continue
    writeFrames(engineFd, replies)
    replies = []
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
