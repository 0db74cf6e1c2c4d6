import type { Context } from 'hono'

/** What a host adds to a request. */
interface HostBindings {
  /** From API Gateway, in AWS. */
  requestContext?: { http?: { sourceIp?: string } }
  /** From Node's connection, on the local host. */
  incoming?: { socket?: { remoteAddress?: string | undefined } }
}

/**
 * The address of the connection itself, as API Gateway or Node's socket saw it. `X-Forwarded-For` is ignored because
 * anyone can send one; behind a private proxy all callers have the proxy's address.
 */
export function callerAddress(context: Context): string | undefined {
  const { requestContext, incoming } = (context.env ?? {}) as HostBindings
  const address = requestContext?.http?.sourceIp ?? incoming?.socket?.remoteAddress
  return address?.replace(/^::ffff:(?=\d+\.)/, '')
}

/** What counts as one caller: for IPv6 the /64 network, because a caller owns every address in it. */
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
