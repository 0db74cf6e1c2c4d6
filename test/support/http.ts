import { eventually } from './eventually.ts'

export interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any
}

export interface Api {
  url: string
  get(path: string, headers?: Record<string, string>): Promise<Answer>
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>
  patch(path: string, body: unknown): Promise<Answer>
  delete(path: string): Promise<Answer>
  /** Pulls and waits for the end, which may be FAILED. */
  pull(source: string, options?: Record<string, unknown>): Promise<Answer['body']>
  /** Deploys and waits until READY or FAILED. */
  deploy(target: string, options?: Record<string, unknown>): Promise<Answer['body']>
}

/** The platform over plain HTTP. Strings and bytes are sent as they are, anything else as JSON. */
export function createApi({ url, key }: { url: string; key?: string | undefined }): Api {
  const send = async (
    method: string,
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const raw = typeof body === 'string' || body instanceof Uint8Array
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: raw ? (body as NonNullable<RequestInit['body']>) : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
  }
  const ended = ({ body }: Answer) => body.state === 'READY' || body.state === 'FAILED'
  return {
    url,
    get: (path, headers) => send('GET', path, undefined, headers),
    post: (path, body, headers) => send('POST', path, body, headers),
    patch: (path, body) => send('PATCH', path, body),
    delete: (path) => send('DELETE', path, undefined),
    async pull(source, options) {
      const started = await send('POST', '/api/v1/imports', { source, ...options })
      if (started.status >= 300) throw new Error(`the pull was refused: ${JSON.stringify(started.body)}`)
      return (await eventually(() => send('GET', `/api/v1/imports/${started.body.id}`, undefined), ended)).body
    },
    async deploy(target, options) {
      const made = await send('POST', '/api/v1/deployments', { target, ...options })
      if (made.status >= 300) throw new Error(`the deployment was refused: ${JSON.stringify(made.body)}`)
      return (await eventually(() => send('GET', `/api/v1/deployments/${made.body.name}`, undefined), ended)).body
    },
  }
}
