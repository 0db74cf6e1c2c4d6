import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

export interface Connection {
  url: string
  token?: string | undefined
  /** Where a key was looked for on this machine. */
  keyPath?: string | undefined
}

/**
 * Where the server is and the key to it: `SLIPWAY_URL` and `SLIPWAY_API_KEY`, else what the local host has written
 * into its data folder. A key found on disk is only ever sent to this machine.
 */
export async function readConnection(environment: Record<string, string | undefined>): Promise<Connection> {
  const folder = environment.SLIPWAY_DATA || '.slipway'
  const url = environment.SLIPWAY_URL || (await runningUrl(folder)) || `http://127.0.0.1:${environment.PORT || 8000}`
  const keyPath = isLoopback(url) ? resolve(folder, 'key') : undefined
  const token = environment.SLIPWAY_API_KEY || (keyPath && (await readText(keyPath)))
  return { url, token: token?.trim() || undefined, keyPath }
}

async function runningUrl(folder: string): Promise<string | undefined> {
  try {
    const { url } = JSON.parse((await readText(join(folder, 'running.json'))) ?? '{}')
    return typeof url === 'string' && isLoopback(url) ? url : undefined
  } catch {
    return undefined
  }
}

const isLoopback = (url: string): boolean =>
  /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(URL.parse(url)?.hostname ?? '')

const readText = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined)
