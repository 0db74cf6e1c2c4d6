import type { Socket } from 'node:net'
import { encodeFrame, type Frame, joined } from './frames.ts'
import type { WorkerRequest } from './messages.ts'

/** Writes what is asked of an engine's process; what is asked for in one turn goes in one piece where it is short. */
export class RequestWriter {
  readonly #socket: Pick<Socket, 'cork' | 'uncork' | 'write' | 'end'>
  #pieces: Uint8Array[] = []

  constructor(socket: Pick<Socket, 'cork' | 'uncork' | 'write' | 'end'>) {
    this.#socket = socket
  }

  write(frame: Frame<WorkerRequest>): void {
    // Behind the promises of this turn, in which the rest is asked.
    if (this.#pieces.length === 0) process.nextTick(() => this.#flush())
    this.#pieces.push(...encodeFrame(frame))
  }

  end(): void {
    this.#flush()
    this.#socket.end()
  }

  #flush(): void {
    const pieces = this.#pieces
    this.#pieces = []
    this.#socket.cork()
    for (const piece of joined(pieces)) this.#socket.write(piece)
    this.#socket.uncork()
  }
}
