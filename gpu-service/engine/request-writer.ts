import type { Socket } from 'node:net'
import { yieldTurnAfter } from '../yield-turn.ts'
import type { Tensors } from './engine.ts'
import { encodeFrame, type Frame, joined } from './frames.ts'
import type { WorkerRequest } from './messages.ts'
import { isPacked, packTensors } from './packed-tensors.ts'

/** Writes requests to an engine process; short ones of one turn of the event loop are joined into one write. */
export class RequestWriter {
  readonly #socket: Pick<Socket, 'cork' | 'uncork' | 'write' | 'end'>
  #pieces: Uint8Array[] = []
  /** Resolves when the texts of all earlier requests are packed; undefined if there are none. */
  #packing: Promise<void> | undefined

  constructor(socket: Pick<Socket, 'cork' | 'uncork' | 'write' | 'end'>) {
    this.#socket = socket
  }

  write({ message, tensors = {} }: { message: WorkerRequest; tensors?: Tensors | undefined }): void {
    if (this.#packing === undefined && isPacked(tensors)) {
      this.#put({ message, tensors })
      return
    }
    // The order must be kept, because a reply may be held back until the next request has come.
    const packing = (this.#packing ?? Promise.resolve()).then(async () => {
      this.#put({ message, tensors: await packTensors(tensors, yieldTurnAfter()) })
      if (this.#packing === packing) this.#packing = undefined
    })
    this.#packing = packing
  }

  end(): void {
    const leave = () => {
      this.#flush()
      this.#socket.end()
    }
    if (this.#packing === undefined) leave()
    else this.#packing.then(leave)
  }

  #put(frame: Frame<WorkerRequest>): void {
    // Runs after the microtasks of this turn, in which further requests are made.
    if (this.#pieces.length === 0) process.nextTick(() => this.#flush())
    this.#pieces.push(...encodeFrame(frame))
  }

  #flush(): void {
    const pieces = this.#pieces
    this.#pieces = []
    this.#socket.cork()
    for (const piece of joined(pieces)) this.#socket.write(piece)
    this.#socket.uncork()
  }
}
