import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { PictureReply, PictureRequest } from './picture-messages.ts'

/** The decoder process died or was killed over a picture. */
export class DecoderDied extends Error {
  override name = 'DecoderDied'
}

export type Decoded = { planes: Uint8Array } | { fault: string }

const decodeMsMax = 20_000

/** The parent's side of a decoder process, which starts on first use and again after it has died. */
export class PictureDecoder {
  readonly #processUrl: URL
  #child: ChildProcess | undefined
  #nextId = 0
  #closed = false

  constructor({ processUrl }: { processUrl: URL }) {
    this.#processUrl = processUrl
  }

  /** Resolves when the process responds; an invalid picture is the cheapest request. */
  async start(): Promise<void> {
    const nothing = { resize: undefined, resample: 0, crop: undefined } as const
    await this.decode({ bytes: new Uint8Array(1), fit: nothing })
  }

  /** Tries each picture twice, because the process may die for another reason. @throws DecoderDied */
  async decode(request: Omit<PictureRequest, 'id'>): Promise<Decoded> {
    try {
      return await this.#ask(request)
    } catch (error) {
      if (!(error instanceof DecoderDied) || error.message === tooSlow || this.#closed) throw error
      return this.#ask(request)
    }
  }

  close(): void {
    this.#closed = true
    this.#child?.kill('SIGKILL')
  }

  #ask(request: Omit<PictureRequest, 'id'>): Promise<Decoded> {
    if (this.#closed) return Promise.reject(new DecoderDied('the service is closing'))
    const child = this.#child ?? this.#start()
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(deadline)
        child.off('message', onMessage)
        child.off('exit', onExit)
        child.off('error', onExit)
      }
      const onMessage = (reply: PictureReply) => {
        if (reply.id !== id) return
        settle()
        resolve(reply.ok ? { planes: reply.planes } : { fault: reply.fault })
      }
      const fail = (reason: string) => {
        settle()
        if (this.#child === child) this.#child = undefined
        child.kill('SIGKILL')
        reject(new DecoderDied(reason))
      }
      const onExit = () => fail('it crashes the decoder')
      const deadline = setTimeout(() => fail(tooSlow), decodeMsMax)
      child.on('message', onMessage)
      child.on('exit', onExit)
      child.on('error', onExit)
      child.send({ ...request, id } satisfies PictureRequest, (error) => {
        if (error) onExit()
      })
    })
  }

  #start(): ChildProcess {
    const child = fork(fileURLToPath(this.#processUrl), {
      // The process inherits no environment, and output of native code is discarded.
      env: {},
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
    })
    child.unref()
    child.channel?.unref()
    child.on('error', () => {})
    child.once('exit', () => {
      if (this.#child === child) this.#child = undefined
    })
    this.#child = child
    return child
  }
}

const tooSlow = `it takes more than ${decodeMsMax / 1000} s`
