import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The servers that the user is logged in to, with a key for each. */
export interface Logins {
  /** The server of the last login; `undefined` without one. */
  current(): Promise<string | undefined>
  keyOf(url: string): Promise<string | undefined>
  /** Holds nothing but the key, so that a shell can read it. */
  keyPath(url: string): string
  save(login: { url: string; key: string }): Promise<void>
  /** @returns whether there was one */
  remove(url: string): Promise<boolean>
}

type Environment = Record<string, string | undefined>

/** Logins below the user's configuration folder, as files that only the user can read. */
export function openLogins(environment: Environment): Logins | undefined {
  const home = environment.HOME || environment.USERPROFILE
  const configuration = environment.XDG_CONFIG_HOME || (home && join(home, '.config'))
  if (!configuration) return undefined
  const folder = join(configuration, 'slipway')
  const serverPath = join(folder, 'server')
  const keyPath = (url: string) => join(folder, 'keys', encodeURIComponent(addressOf(url)))
  const current = () => readText(serverPath)

  return {
    current,
    keyPath,
    keyOf: (url) => readText(keyPath(url)),
    async save({ url, key }) {
      await mkdir(join(folder, 'keys'), { recursive: true, mode: 0o700 })
      await replace(keyPath(url), key)
      await replace(serverPath, addressOf(url))
    },
    async remove(url) {
      const isLoggedIn = (await readText(keyPath(url))) !== undefined
      await rm(keyPath(url), { force: true })
      if ((await current()) === addressOf(url)) await rm(serverPath, { force: true })
      return isLoggedIn
    },
  }
}

const addressOf = (url: string): string => (URL.parse(url)?.href ?? url).replace(/\/+$/, '')

const readText = async (path: string): Promise<string | undefined> =>
  (await readFile(path, 'utf8').catch(() => undefined))?.trim() || undefined

/** By a new file, because writing into an existing one would keep its mode. */
async function replace(path: string, text: string): Promise<void> {
  const next = `${path}.${process.pid}`
  await rm(next, { force: true })
  await writeFile(next, `${text}\n`, { mode: 0o600, flag: 'wx' })
  await rename(next, path)
}
