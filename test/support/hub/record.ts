import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Where } from './faults.ts'

/** A request as the stand-in saw it. */
export interface HubRequest {
  where: Where
  method: string
  /** Decoded, without the query. */
  path: string
  /** With its leading `?`, or empty. */
  query: string
  range: string | undefined
  hasAuthorization: boolean
  userAgent: string | undefined
  headers: Readonly<Record<string, string | string[] | undefined>>
  /** The status, once one was sent. */
  status: number | undefined
  /** Resolves when the exchange is over: `true` if the whole answer was sent, `false` if either side broke it off. */
  finished: Promise<boolean>
}

export function recordRequest({ where, url, request, response }: RecordInput): HubRequest {
  const record: HubRequest = {
    where,
    method: request.method ?? 'GET',
    path: decodedPath(url),
    query: url.search,
    range: request.headers.range,
    hasAuthorization: request.headers.authorization !== undefined,
    userAgent: request.headers['user-agent'],
    headers: request.headers,
    status: undefined,
    finished: new Promise((resolve) =>
      response.once('close', () => {
        if (response.headersSent) record.status = response.statusCode
        resolve(response.writableFinished)
      }),
    ),
  }
  return record
}

interface RecordInput {
  where: Where
  url: URL
  request: IncomingMessage
  response: ServerResponse
}

/** A path that is not valid percent-encoding is kept as it came. */
export function decodedPath(url: URL): string {
  try {
    return decodeURIComponent(url.pathname)
  } catch {
    return url.pathname
  }
}
