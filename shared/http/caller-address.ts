import type { Context } from 'hono'

/** What the hosts say of a request beside the request itself. */
interface HostBindings {
  /** API Gateway's own word, in AWS. */
  requestContext?: { http?: { sourceIp?: string } }
  /** Node's connection, on the local host. */
  incoming?: { socket?: { remoteAddress?: string | undefined } }
}

/**
 * Where a request came from, by the connection itself: what API Gateway saw, or Node's socket. `X-Forwarded-For` is not
 * read, because anyone can send one; behind a proxy of one's own all callers have the proxy's address.
 */
export function callerAddress(context: Context): string | undefined {
  const { requestContext, incoming } = (context.env ?? {}) as HostBindings
  const address = requestContext?.http?.sourceIp ?? incoming?.socket?.remoteAddress
  return address?.replace(/^::ffff:(?=\d+\.)/, '')
}

/** Whom to count as one caller: of IPv6 the network of 64 bits, within which one caller has every address it likes. */
export function callerNetwork(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? []
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  const groups = [...before, ...Array<string>(zeros).fill('0'), ...after]
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
