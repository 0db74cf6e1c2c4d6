import { hostname } from 'node:os'
import { createApiClient } from '../api-client.ts'
import { ApiError } from '../api-error.ts'
import { type Command, CommandFailed, type Invocation, textOption } from '../command.ts'
import { requireAddress } from '../connection.ts'
import { readSecrets } from '../read-secrets.ts'
import { printable } from '../terminal.ts'

export const login: Command = {
  summary: 'store a key for a server, so that no setting is needed',
  usage: 'slipway login [URL]',
  help: `Examples:
  slipway login https://hub.example.com                asks for one of your keys
  slipway login https://hub.example.com < key-file
  slipway login https://hub.example.com --user ada     asks for the password, and creates a key for this machine

Options:
  --user NAME   your username or e-mail address

A key or a password is read from a hidden prompt or from standard input, never from the command line. The key is stored
below ~/.config/slipway in a file that only you can read, and is sent to that server alone. Commands use the server of
the last login, unless SLIPWAY_URL or SLIPWAY_API_KEY is set or a local server runs from this folder.`,
  options: { user: { type: 'string' } },
  parameters: { min: 0, max: 1 },
  needsKey: false,
  async run(invocation) {
    const url = serverOf(invocation)
    const user = textOption(invocation, 'user')
    const [secret = ''] = await readSecrets(invocation.terminal, [user === undefined ? 'key' : 'password'])
    const key = user === undefined ? secret.trim() : await keyFor({ url, user, password: secret })
    await storeLogin(invocation, { url, key })
  },
}

/** The server in the command, else the one that other commands use. */
export function serverOf({ parameters, client }: Invocation, at = 0): string {
  const url = parameters[at] ?? client.url
  requireAddress(url, 'The server')
  return url.replace(/\/+$/, '')
}

/** Logs in with a password, and creates a key of its own for this machine, which can be revoked alone. */
export async function keyFor({ url, user, password }: Account): Promise<string> {
  const { accessToken } = await explained(createApiClient({ url }).login({ login: user, password }))
  const client = createApiClient({ url, token: accessToken })
  const name = `slipway login on ${hostname()}`.slice(0, 100)
  const { token } = await client.createKey({ name, scopes: ['read', 'write', 'infer'] })
  await client.logout()
  return token
}

interface Account {
  url: string
  user: string
  password: string
}

/** Stores a key that the server knows. */
export async function storeLogin({ terminal, json, logins }: Invocation, { url, key }: { url: string; key: string }) {
  const me = await explained(createApiClient({ url, token: key }).me())
  if (logins === undefined) throw new CommandFailed('HOME is not set, so there is no place for the key')
  await logins.save({ url, key })
  const answer = { url, username: me.username, keyPath: logins.keyPath(url) }
  if (json) return terminal.out(`${JSON.stringify(answer)}\n`)
  terminal.out(`${url}  as ${printable(me.username)}\n`)
  terminal.err(`The key is in ${printable(answer.keyPath)}. To remove it: slipway logout\n`)
}

/** The general advice on a 401 is about settings, which were not used here. */
const explained = <Answer>(answer: Promise<Answer>): Promise<Answer> =>
  answer.catch((error) => {
    throw error instanceof ApiError && error.status === 401 ? new CommandFailed(error.message) : error
  })
