import type { Socket } from 'node:net'
import { breatheAfter } from '../in-slices.ts'
import type { Tensors } from './engine.ts'
import { encodeFrame, type Frame, joined } from './frames.ts'
import type { WorkerRequest } from './messages.ts'
import { isPacked, packTensors } from './packed-tensors.ts'

/** Writes what is asked of an engine's process; what is asked for in one turn goes in one piece where it is short. */
export class RequestWriter {
  readonly #socket: Pick<Socket, 'cork' | 'uncork' | 'write' | 'end'>
  #pieces: Uint8Array[] = []
  /** Ends when the texts of every request so far are packed; absent where there is nothing to pack. */
  #packing: Promise<void> | undefined

  constructor(socket: Pick<Socket, 'cork' | 'uncork' | 'write' | 'end'>) {
    this.#socket = socket
  }

  write({ message, tensors = {} }: { message: WorkerRequest; tensors?: Tensors | undefined }): void {
    if (this.#packing === undefined && isPacked(tensors)) {
      this.#put({ message, tensors })
      return
    }
    // In the order of asking: an answer may be held back until the request behind it has come.
    const packing = (this.#packing ?? Promise.resolve()).then(async () => {
      this.#put({ message, tensors: await packTensors(tensors, breatheAfter()) })
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
    // Behind the promises of this turn, in which the rest is asked.
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
