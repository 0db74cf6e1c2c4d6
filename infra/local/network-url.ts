import type { NetworkInterfaceInfo } from 'node:os'

const wildcards = ['0.0.0.0', '::']

/** Whether a server on this host name listens on every address of the machine. */
export const isWildcard = (hostname: string): boolean => wildcards.includes(hostname)

/** The address for others on the network; `undefined` where the server only listens locally. */
export function networkUrl({ hostname, port, interfaces }: Listening): string | undefined {
  if (!isWildcard(hostname)) return undefined
  const addresses = Object.values(interfaces).flatMap((own) => own ?? [])
  const external = addresses.find(({ family, internal }) => family === 'IPv4' && !internal)
  return external && `http://${external.address}:${port}`
}

interface Listening {
  hostname: string
  port: number
  /** From `os.networkInterfaces()`. */
  interfaces: Readonly<Record<string, Pick<NetworkInterfaceInfo, 'address' | 'family' | 'internal'>[] | undefined>>
}
