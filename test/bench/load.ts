import { connect, type Socket } from 'node:net'

export interface Load {
  port: number
  /** Bodies that are sent in turn. */
  bodies: readonly string[]
  path: string
  token: string
  connections: number
  seconds: number
}

export interface LoadResult {
  perSecond: number
  p50Ms: number
  p99Ms: number
  refused: number
}

/** A closed loop of bare sockets: each connection sends its next request when its answer is complete. */
export async function load({ port, bodies, path, token, connections, seconds }: Load): Promise<LoadResult> {
  const requests = bodies.map((body) =>
    Buffer.from(
      `POST ${path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    ),
  )
  const latencies: number[] = []
  let refused = 0
  let next = 0
  const until = performance.now() + seconds * 1000
  const one = async () => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    while (performance.now() < until) {
      const started = performance.now()
      const status = await exchange(socket, requests[next++ % requests.length] ?? Buffer.alloc(0))
      if (status === 200) latencies.push(performance.now() - started)
      else refused++
    }
    socket.destroy()
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: connections }, one))
  const elapsed = performance.now() - started
  latencies.sort((a, b) => a - b)
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? Number.NaN
  return { perSecond: (latencies.length / elapsed) * 1000, p50Ms: at(0.5), p99Ms: at(0.99), refused }
}

function exchange(socket: Socket, request: Buffer): Promise<number> {
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
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN)
      if (Number.isNaN(length)) return settle(new Error('the answer has no content-length'))
      if (held.length < headEnd + 4 + length) return
      settle()
      resolve(Number(head.slice(9, 12)))
    })
    socket.write(request)
  })
}
