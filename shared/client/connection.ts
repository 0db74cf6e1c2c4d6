import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { CommandFailed } from './command.ts'
import type { Logins } from './logins.ts'
import { shellWord } from './shell-word.ts'

type Environment = Record<string, string | undefined>

export interface Connection {
  url: string
  token?: string | undefined
  /** Where this machine's key was looked for. */
  keyPath?: string | undefined
  /** The environment settings that a client of the Hub needs, as a shell prefix. */
  hubSettings?: string | undefined
}

export const defaultDataFolder = '.slipway'

/** The local host's data folder, as the user wrote it. */
export const dataFolder = (environment: Environment): string => environment.SLIPWAY_DATA || defaultDataFolder

/**
 * Reads the server's address and key from `SLIPWAY_URL` and `SLIPWAY_API_KEY`, else from the local host's data folder,
 * else from the last login. A key of a data folder is only ever sent to this machine, and one of a login to its server.
 * @throws CommandFailed for a setting that is no valid address
 */
export async function readConnection(environment: Environment, logins?: Logins): Promise<Connection> {
  const folder = dataFolder(environment)
  const given = environment.SLIPWAY_URL?.trim()
  if (given) requireAddress(given)
  const local = given ? undefined : await localUrl(environment)
  // A key that was set without its server is not one for the server of the last login.
  const loggedIn = environment.SLIPWAY_API_KEY ? undefined : await logins?.current()
  const url = given || local || loggedIn || `http://127.0.0.1:${environment.PORT || 8000}`
  const ownPath = isLoopback(url) ? resolve(folder, 'key') : undefined
  const loginKey = url === local ? undefined : await logins?.keyOf(url)
  const keyPath = loginKey === undefined ? ownPath : logins?.keyPath(url)
  const token = environment.SLIPWAY_API_KEY || loginKey || (ownPath && (await readText(ownPath)))
  return {
    url,
    token: token?.trim() || undefined,
    keyPath,
    hubSettings: hubSettings({ url, token: token?.trim(), keyPath, environment }),
  }
}

/** Catches addresses without a scheme, or with `/v1` as OpenAI clients want it. */
export function requireAddress(given: string, name = 'SLIPWAY_URL'): void {
  const address = URL.parse(given)
  if (/^https?:$/.test(address?.protocol ?? '')) {
    if (!/^\/(?:api\/)?v1\/?$/.test(address?.pathname ?? '')) return
    throw new CommandFailed(`${name} is "${given}". Use the address without a path: ${address?.origin}`)
  }
  const host = given.replace(/^[a-z]+:\/\//i, '')
  const right = `${isLoopback(`http://${host}`) ? 'http' : 'https'}://${host}`
  throw new CommandFailed(`${name} is "${given}", which is not a URL. It must start with http:// or https://: ${right}`)
}

/** Leaves out what the environment already sets. */
function hubSettings({ url, token, keyPath, environment }: Connection & { environment: Environment }): string {
  const endpoint = url.replace(/\/+$/, '')
  const key = environment.SLIPWAY_API_KEY ? '"$SLIPWAY_API_KEY"' : `"$(cat ${shellWord(keyPath ?? '')})"`
  return [
    environment.HF_ENDPOINT?.replace(/\/+$/, '') === endpoint ? [] : [`HF_ENDPOINT=${shellWord(endpoint)}`],
    token !== undefined && environment.HF_TOKEN === token ? [] : [`HF_TOKEN=${key}`],
    environment.HF_HUB_DISABLE_XET === '1' ? [] : ['HF_HUB_DISABLE_XET=1'],
  ]
    .flat()
    .join(' ')
}

/** The local host of a data folder that was named, or that runs from this folder. */
const localUrl = async (environment: Environment): Promise<string | undefined> =>
  (await runningUrl(dataFolder(environment))) ??
  (environment.SLIPWAY_DATA ? `http://127.0.0.1:${environment.PORT || 8000}` : undefined)

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
