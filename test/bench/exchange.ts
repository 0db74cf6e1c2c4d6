import { connect, type Socket } from 'node:net'

export interface HttpRequest {
  path: string
  token: string
  body: string
}

/** The bytes of a request, made beforehand: the generator shares the cores with the server. */
export const requestBytes = ({ path, token, body }: HttpRequest): Buffer =>
  Buffer.from(
    `POST ${path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )

export const getBytes = (path: string): Buffer => Buffer.from(`GET ${path} HTTP/1.1\r\nhost: bench\r\n\r\n`)

export interface Reply {
  status: number
  /** As the server sent them. */
  head: string
}

export const openSocket = (port: number): Socket => connect({ port, host: '127.0.0.1', noDelay: true })

/** One request and its whole answer on a socket that does nothing else meanwhile. */
export function exchange(socket: Socket, request: Buffer): Promise<Reply> {
  return new Promise((resolve, reject) => {
    let held = Buffer.alloc(0)
    const settle = (error?: Error) => {
      socket.removeAllListeners()
      if (error) reject(error)
    }
    socket.on('error', settle)
    socket.on('close', () => settle(new Error('the server closed the connection')))
    socket.on('data', (chunk) => {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
      const headEnd = held.indexOf('\r\n\r\n')
      if (headEnd < 0) return
      const head = held.toString('latin1', 0, headEnd)
      if (!isWhole(head, held, headEnd + 4)) return
      settle()
      resolve({ status: Number(head.slice(9, 12)), head })
    })
    socket.write(request)
  })
}

/** By its length, or by the empty chunk that ends an answer in pieces. */
function isWhole(head: string, held: Buffer, bodyStart: number): boolean {
  const [, length] = /content-length: (\d+)/i.exec(head) ?? []
  if (length !== undefined) return held.length >= bodyStart + Number(length)
  return held.subarray(-5).toString('latin1') === '0\r\n\r\n'
}
