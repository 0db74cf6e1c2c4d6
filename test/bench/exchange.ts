import { connect, type Socket } from 'node:net'

interface HttpRequest {
  path: string
  token: string
  body: string
}

/** The bytes of a request, made in advance because the generator shares the cores with the server. */
export const requestBytes = ({ path, token, body }: HttpRequest): Buffer =>
  Buffer.from(
    `POST ${path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )

export const getBytes = (path: string): Buffer => Buffer.from(`GET ${path} HTTP/1.1\r\nhost: bench\r\n\r\n`)

export interface Reply {
  status: number
  /** As sent by the server. */
  head: string
}

interface Exchange {
  resolve: (reply: Reply) => void
  reject: (error: Error) => void
}

/** The read buffer of every connection; its content is taken out at once. */
const received = Buffer.allocUnsafe(64 * 1024)

/** A client's connection with at most one request in flight. It registers its listeners once. */
export class Connection {
  readonly #socket: Socket
  #exchange: Exchange | undefined
  #answer = ''
  #end: Error | undefined

  constructor(port: number) {
    const callback = (bytes: number) => {
      this.#read(received.toString('latin1', 0, bytes))
      return true
    }
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer: received, callback } })
    this.#socket.on('error', (error) => this.#fail(error))
    this.#socket.on('close', () => this.#fail(new Error('the server closed the connection')))
  }

  /** Sends one request and reads its whole answer. @throws Error if the connection is closed */
  exchange(request: Buffer): Promise<Reply> {
    if (this.#end !== undefined) return Promise.reject(this.#end)
    return new Promise((resolve, reject) => {
      this.#exchange = { resolve, reject }
      this.#socket.write(request)
    })
  }

  close(): void {
    this.#exchange = undefined
    this.#socket.destroy()
  }

  #read(text: string): void {
    this.#answer += text
    const headEnd = this.#answer.indexOf('\r\n\r\n')
    if (headEnd < 0) return
    const head = this.#answer.slice(0, headEnd)
    if (!isWhole(head, this.#answer, headEnd + 4)) return
    const { resolve } = this.#exchange ?? {}
    this.#exchange = undefined
    this.#answer = ''
    resolve?.({ status: Number(head.slice(9, 12)), head })
  }

  #fail(error: Error): void {
    this.#end = error
    this.#exchange?.reject(error)
    this.#exchange = undefined
  }
}

/** By content-length, or by the empty chunk at the end of a chunked answer. */
function isWhole(head: string, answer: string, bodyStart: number): boolean {
  const [, length] = /content-length: (\d+)/i.exec(head) ?? []
  if (length !== undefined) return answer.length >= bodyStart + Number(length)
  return answer.endsWith('0\r\n\r\n')
}
