import { listHf } from './hf-list.ts'
import { openHf } from './hf-open.ts'
import type { HfConnection } from './hf-request.ts'
import { type ModelSource, SourceError } from './source.ts'

/** Reads models from huggingface.co or any endpoint that speaks its protocol (hub-protocol 1, 9). */
export function createHfSource(options: HfSourceOptions): ModelSource {
  const { endpoint, repo, ref, token, timeouts = {} } = options
  // fetch's own error message for such a header would quote it.
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token))
    throw new SourceError({
      code: 'source_unauthorized',
      message: 'The token of the hub holds a space or a line break.',
    })
  const connection: HfConnection = {
    endpoint: endpoint.replace(/\/+$/, ''),
    token,
    fetch: options.fetch ?? fetch,
    connectTimeoutMs: timeouts.connectTimeoutMs ?? 30_000,
    idleTimeoutMs: timeouts.idleTimeoutMs ?? 30_000,
  }
  return {
    list: ({ signal }) => listHf({ connection, repo, ref, signal }),
    open: (request) => openHf({ connection, repo, request }),
  }
}

export interface HfSourceOptions {
  /** `https://huggingface.co` or a mirror; plain http only if it is written here. */
  endpoint: string
  /** `owner/name`. */
  repo: string
  /** A branch, a tag or a commit. */
  ref: string
  /** Sent to the endpoint's own origin only. */
  token?: string | undefined
  fetch?: typeof fetch | undefined
  timeouts?: HfTimeouts | undefined
}

export interface HfTimeouts {
  /** Until the headers of each answer, redirects included; 30 s by default. */
  connectTimeoutMs?: number
  /** Between two chunks of a body; 30 s by default. */
  idleTimeoutMs?: number
}
