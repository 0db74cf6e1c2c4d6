import type { NetworkInterfaceInfo } from 'node:os'

const wildcards = ['0.0.0.0', '::']

/** Whether a server that listens there is asked by every address of this machine. */
export const isWildcard = (hostname: string): boolean => wildcards.includes(hostname)

/** Where others on the network ask a server that listens at every address; `undefined` where nobody else can. */
export function networkUrl({ hostname, port, interfaces }: Listening): string | undefined {
  if (!isWildcard(hostname)) return undefined
  const addresses = Object.values(interfaces).flatMap((own) => own ?? [])
  const external = addresses.find(({ family, internal }) => family === 'IPv4' && !internal)
  return external && `http://${external.address}:${port}`
}

interface Listening {
  hostname: string
  port: number
  /** What `os.networkInterfaces()` says. */
  interfaces: Readonly<Record<string, Pick<NetworkInterfaceInfo, 'address' | 'family' | 'internal'>[] | undefined>>
}
