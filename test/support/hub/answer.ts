import { type HubFile, readBytes } from './files.ts'

/** The answer of a route, before a fault changes it and before it is sent. */
export interface Answer {
  status: number
  headers: Record<string, string>
  /** JSON stays a value until it is sent, so that a fault can edit it. */
  json?: unknown
  bytes?: { sizeBytes: number; read: () => AsyncIterable<Uint8Array> }
}

export const jsonAnswer = (json: unknown, headers: Record<string, string> = {}): Answer => ({
  status: 200,
  headers,
  json,
})

export const errorAnswer = ({ status, code, message, headers = {} }: ErrorInput): Answer => ({
  status,
  headers: { ...(code === undefined ? {} : { 'X-Error-Code': code }), 'X-Error-Message': message, ...headers },
  json: { error: message },
})

interface ErrorInput {
  status: number
  code?: string
  message: string
  headers?: Record<string, string>
}

export const textAnswer = ({ status, type, text }: { status: number; type: string; text: string }): Answer => ({
  status,
  headers: { 'Content-Type': type },
  bytes: { sizeBytes: Buffer.byteLength(text), read: () => once(Buffer.from(text)) },
})

/** 200 with the whole file, 206 with the requested range, or 416. */
export function fileAnswer({ file, sizeBytes, range, headers }: FileInput): Answer {
  const common = { 'Accept-Ranges': 'bytes', 'Content-Type': 'application/octet-stream', ...headers }
  const read = (start: number, end: number) => ({
    sizeBytes: end - start,
    read: () => readBytes({ file, start, end }),
  })
  const match = /^bytes=(\d*)-(\d*)$/.exec(range ?? '')
  if (match === null) return { status: 200, headers: common, bytes: read(0, sizeBytes) }
  const [, from = '', to = ''] = match
  const start = from === '' ? Math.max(0, sizeBytes - Number(to)) : Number(from)
  const end = from === '' || to === '' ? sizeBytes : Math.min(Number(to) + 1, sizeBytes)
  if (start >= end)
    return {
      ...errorAnswer({ status: 416, message: 'Range not satisfiable' }),
      headers: { 'Content-Range': `bytes */${sizeBytes}` },
    }
  return {
    status: 206,
    headers: { ...common, 'Content-Range': `bytes ${start}-${end - 1}/${sizeBytes}` },
    bytes: read(start, end),
  }
}

interface FileInput {
  file: HubFile
  sizeBytes: number
  range: string | undefined
  headers: Record<string, string>
}

async function* once(bytes: Uint8Array) {
  yield bytes
}
