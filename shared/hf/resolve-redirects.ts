import { SourceError } from './source.ts'

const maxRedirects = 5
const redirectStatuses = new Set([301, 302, 303, 307, 308])

/**
 * Follows redirects by hand, because the token must not reach the redirect's host: huggingface.co sends LFS files to
 * another host by a signed link (hub-protocol 1.2, 9.1), and S3 refuses a second way to authenticate. `isTrusted` is
 * true only while every hop so far had the origin of the first one.
 * @throws SourceError `source_protocol` on more than five redirects, a bad `Location`, or one from https to http.
 */
export async function resolveRedirects({ url, request }: RedirectInput): Promise<RedirectOutput> {
  let at = url
  let isTrusted = true
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const response = await request({ url: at, isTrusted })
    if (!redirectStatuses.has(response.status)) return { response, host: at.host, isTrusted }
    await response.body?.cancel()
    at = nextUrl({ from: at, location: response.headers.get('location') })
    isTrusted &&= at.origin === url.origin
  }
  throw protocolError(`${url.host} redirects more than ${maxRedirects} times.`)
}

interface RedirectInput {
  url: URL
  request: (hop: { url: URL; isTrusted: boolean }) => Promise<Response>
}

interface RedirectOutput {
  response: Response
  /** The host that answered. */
  host: string
  isTrusted: boolean
}

function nextUrl({ from, location }: { from: URL; location: string | null }): URL {
  const to = location === null ? null : URL.parse(location, from.href)
  if (to === null) throw protocolError(`${from.host} redirects without a valid Location.`)
  if (to.protocol !== 'https:' && to.protocol !== from.protocol)
    throw protocolError(`${from.host} redirects from ${from.protocol}// to ${to.protocol}//, which is not safe.`)
  // fetch's own error message for such a URL would quote it.
  if (to.username !== '' || to.password !== '') throw protocolError(`${from.host} redirects to a URL with a password.`)
  return to
}

const protocolError = (message: string) => new SourceError({ code: 'source_protocol', message })
