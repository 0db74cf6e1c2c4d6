import type { Socket } from 'node:net'
import { encodeFrame, type Frame, joined } from './frames.ts'
import type { WorkerRequest } from './messages.ts'

/** Writes what is asked of an engine's process; runs that are asked for in one turn go together and are answered so. */
export class RequestWriter {
  readonly #socket: Pick<Socket, 'cork' | 'uncork' | 'write' | 'end'>
  #asked: Frame<WorkerRequest>[] = []

  constructor(socket: Pick<Socket, 'cork' | 'uncork' | 'write' | 'end'>) {
    this.#socket = socket
  }

  write(frame: Frame<WorkerRequest>): void {
    // Behind the promises of this turn, in which the rest is asked.
    if (this.#asked.push(frame) === 1) process.nextTick(() => this.#flush())
  }

  end(): void {
    this.#flush()
    this.#socket.end()
  }

  #flush(): void {
    const asked = this.#asked
    this.#asked = []
    const pieces = asked.flatMap(({ message, tensors }, index) => {
      // A load takes long, so that the answer to a run does not wait for it.
      const more = message.kind === 'run' && asked[index + 1]?.message.kind === 'run'
      return encodeFrame({ message: more ? { ...message, more } : message, tensors })
    })
    this.#socket.cork()
    for (const piece of joined(pieces)) this.#socket.write(piece)
    this.#socket.uncork()
  }
}
