import { errors } from '../../../shared/errors.ts'
import { pictureMaxBytes, picturesMax } from './picture-limits.ts'
import type { Asker } from './picture-queue.ts'
import { isPublicAddress } from './public-address.ts'
import { TenantSlots } from './tenant-slots.ts'

/** Fetches pictures by URL. */
export interface RemotePictures {
  /** @throws AppError `invalid_input` naming `param` */
  fetch(request: { url: string; param: string; asker: Asker }): Promise<Uint8Array>
}

/** The network functions needed here. */
export interface Network {
  /** Resolves all addresses of a host. */
  resolve(host: string): Promise<string[]>
  /** Requests the URL from this very address, even if the host resolves to another one by now. Follows no redirects. */
  get(request: { url: URL; address: string; signal: AbortSignal }): Promise<RemoteAnswer>
}

export interface RemoteAnswer {
  status: number
  location: string | undefined
  body: AsyncIterable<Uint8Array>
  /** Closes the connection. */
  cancel(): void
}

const redirectsMax = 3
const fetchMsMax = 10_000
const fetchesMax = 64
/** Keeps a tenant that names slow hosts from blocking others. */
const fetchesOfTenantMax = 16
const redirects = new Set([301, 302, 303, 307, 308])

/**
 * Fetches from https URLs without credentials or port, and from public addresses only. The address is resolved once,
 * checked and then used, so that the name cannot change in between (DNS rebinding). Every redirect is checked in the
 * same way.
 */
export function createRemotePictures(network: Network): RemotePictures {
  const slots = new TenantSlots({ eachMax: fetchesOfTenantMax, allMax: fetchesMax, waitingMax: picturesMax })
  return {
    fetch: ({ url, param, asker }) =>
      slots.within(asker, async () => {
        const { signal } = asker
        const timeout = AbortSignal.timeout(fetchMsMax)
        try {
          return await follow({ url, param, network, signal: AbortSignal.any([signal, timeout]) })
        } catch (error) {
          if (signal.aborted) throw errors.clientClosed()
          if (timeout.aborted) throw refusal(param, `the picture did not arrive within ${fetchMsMax / 1000} s`)
          throw error
        }
      }),
  }
}

interface Following {
  url: string
  param: string
  network: Network
  signal: AbortSignal
}

async function follow({ url, param, network, signal }: Following): Promise<Uint8Array> {
  let at = checkedUrl(URL.parse(url), param)
  for (let hop = 0; hop <= redirectsMax; hop++) {
    const address = await publicAddressOf(at, { param, network, signal })
    const answer = await network.get({ url: at, address, signal }).catch(() => {
      throw refusal(param, `"${at.host}" could not be reached`)
    })
    if (answer.status === 200) return await readAll(answer, param)
    answer.cancel()
    if (!redirects.has(answer.status) || answer.location === undefined)
      throw refusal(param, `"${at.host}" answered ${answer.status} instead of a picture`)
    at = checkedUrl(URL.parse(answer.location, at.href), param)
  }
  throw refusal(param, `its host redirects more than ${redirectsMax} times`)
}

function checkedUrl(url: URL | null, param: string): URL {
  if (url === null || url.href.length > 2048) throw refusal(param, 'it is not a URL')
  if (url.protocol !== 'https:') throw refusal(param, 'only https: is fetched')
  if (url.username !== '' || url.password !== '') throw refusal(param, 'it must hold no name or password')
  if (url.port !== '') throw refusal(param, 'it must not name a port')
  return url
}

/** A single non-public address is enough to refuse: the next look-up might return that one. */
async function publicAddressOf(url: URL, { param, network, signal }: Omit<Following, 'url'>): Promise<string> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const addresses = await unlessAborted(network.resolve(host), signal).catch(() => [])
  const [address] = addresses
  if (address === undefined) throw refusal(param, `"${host}" has no address`)
  if (!addresses.every(isPublicAddress)) throw refusal(param, `"${host}" is not on the public internet`)
  return address
}

/** A look-up cannot be cancelled, but need not be waited for. */
function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}

async function readAll({ body, cancel }: RemoteAnswer, param: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  try {
    for await (const chunk of body) {
      sizeBytes += chunk.length
      if (sizeBytes > pictureMaxBytes) throw refusal(param, `the picture has more than ${pictureMaxBytes} bytes`)
      chunks.push(chunk)
    }
  } catch (error) {
    cancel()
    throw error instanceof Error && 'code' in error && error.code === 'invalid_input'
      ? error
      : refusal(param, 'the connection broke off')
  }
  return Buffer.concat(chunks)
}

const refusal = (param: string, reason: string) =>
  errors.invalidInput(`"${param}" cannot be fetched: ${reason}. Send the picture itself, as base64.`, param)
