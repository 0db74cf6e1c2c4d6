import { execFileSync } from 'node:child_process'
import { type FileHandle, open } from 'node:fs/promises'

/** Runs the command after it in a network of its own that has only the loopback interface. */
export const ownNetwork = ['unshare', '--map-root-user', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh']

/** Whether this system lets the user make such a network. */
export function hasOwnNetwork(): boolean {
  const [command = '', ...parameters] = ownNetwork
  try {
    execFileSync(command, [...parameters, 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

export interface RefusedPackets {
  /** How many packets to addresses outside it processes of the network have tried to send, those that ended included. */
  count(): Promise<number>
  close(): Promise<void>
}

/** Opens the counters of a process's network, which can be read even after the process has ended. */
export async function refusedPackets(pid: number): Promise<RefusedPackets> {
  const v4 = await open(`/proc/${pid}/net/snmp`)
  const v6 = await open(`/proc/${pid}/net/snmp6`)
  return {
    async count() {
      const [names = '', values = ''] = (await textOf(v4)).split('\n').filter((line) => line.startsWith('Ip: '))
      const refusedV4 = values.split(' ')[names.split(' ').indexOf('OutNoRoutes')]
      const refusedV6 = /^Ip6OutNoRoutes\s+(\d+)$/m.exec(await textOf(v6))?.[1]
      return Number(refusedV4) + Number(refusedV6)
    },
    async close() {
      await v4.close()
      await v6.close()
    },
  }
}

async function textOf(file: FileHandle): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(65_536), 0, 65_536, 0)
  return buffer.toString('latin1', 0, bytesRead)
}
