import type { HfConnection } from '../../../shared/hf/hf-request.ts'
import { refusalOf } from '../../../shared/hf/refusals.ts'
import { resolveRedirects } from '../../../shared/hf/resolve-redirects.ts'
import { SourceError } from '../../../shared/hf/source.ts'

const timeoutMs = 10_000

/**
 * The address that the upstream Hub redirects to for a file: another host, which gets no token, neither in a header nor
 * in the address. `undefined` where the Hub sends the file itself. @throws SourceError where it refuses
 */
export async function signedAddress({ connection, repo, commit, path }: AddressInput): Promise<string | undefined> {
  const { endpoint, token } = connection
  const segments = [...repo.split('/'), 'resolve', commit, ...path.split('/')].map(encodeURIComponent)
  const subject = { repo, revision: commit, path }
  let address: URL | undefined
  const request = async (hop: { url: URL; isTrusted: boolean }) => {
    if (hop.isTrusted) return askHead(hop.url, connection)
    address = hop.url
    return new Response(null, { status: 204 })
  }
  const { response, host, isTrusted } = await resolveRedirects({
    url: new URL(`${endpoint}/${segments.join('/')}`),
    request,
  })
  const { status, headers, ok } = response
  if (!ok) throw refusalOf({ status, headers, host, isTrusted, hasToken: token !== undefined, subject })
  const text = address?.href
  // A Hub that repeats our token in an address would leak it to our clients.
  return text === undefined || (token !== undefined && decoded(text).includes(token)) ? undefined : text
}

interface AddressInput {
  connection: HfConnection
  repo: string
  commit: string
  path: string
}

async function askHead(url: URL, { token, fetch, endpoint }: HfConnection): Promise<Response> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    return await fetch(url, { method: 'HEAD', headers, redirect: 'manual', signal })
  } catch (cause) {
    const message = `${new URL(endpoint).host} cannot be reached.`
    throw new SourceError({ code: 'source_unreachable', message, retryable: true, cause })
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
