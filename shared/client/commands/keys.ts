import type { z } from 'zod'
import type { createKey } from '../../contract/key.ts'
import { type Command, type Invocation, textOption, textOptions, UsageError } from '../command.ts'
import type { ApiKey } from '../key-client.ts'
import { allPages } from '../request.ts'
import { printable, table } from '../terminal.ts'
import { formatAge } from '../units.ts'
import { numberOption } from './gc.ts'

export const keys: Command = {
  summary: 'list, create and revoke the API keys of your account',
  usage: 'slipway keys [create NAME | revoke ID]',
  help: `Examples:
  slipway keys
  slipway keys create notebook > notebook.key       to read and to ask deployments
  slipway keys create ci --scope write --limit acme --expires-in-days 90
  slipway keys revoke key_01a2001a9dd50000776f65a780cf7ced

Options of create:
  --scope SCOPE         read, write (and read), infer or admin; may be given again (default: read and infer)
  --limit WHAT          restrict the key to an owner, a model OWNER/NAME, or datasets/OWNER/NAME
  --expires-in-days N   expire after N days

The key is printed once, alone on standard output. A key cannot do more than the key that creates it.`,
  options: {
    scope: { type: 'string', multiple: true },
    limit: { type: 'string' },
    'expires-in-days': { type: 'string' },
  },
  parameters: { min: 0, max: 2 },
  async run(invocation) {
    const [verb, named] = invocation.parameters
    const given = ['scope', 'limit', 'expires-in-days'].find((name) => invocation.options[name] !== undefined)
    if (verb !== 'create' && given !== undefined) throw new UsageError(`--${given} goes with create`)
    if (verb === undefined) return list(invocation)
    if (verb !== 'create' && verb !== 'revoke')
      throw new UsageError(`there is no "keys ${verb}"; there are create, revoke, and "slipway keys" alone lists them`)
    if (named === undefined)
      throw new UsageError(`a parameter is missing: ${verb === 'create' ? 'a name for it' : 'the id of a key'}`)
    return verb === 'create' ? create(invocation, named) : revoke(invocation, named)
  },
}

async function list({ client, terminal, json }: Invocation) {
  const all = await allPages((cursor) => client.listKeys({ limit: 100, cursor }))
  if (json) return terminal.out(`${JSON.stringify(all)}\n`)
  const now = new Date()
  const rows = all.map((key) => [
    key.id,
    key.name,
    key.scopes.join(', '),
    key.limit ?? 'all',
    formatAge(key.createdAt, now),
    key.lastUsedAt === undefined ? 'never' : formatAge(key.lastUsedAt, now),
    endOf(key),
  ])
  terminal.out(table(['KEY', 'NAME', 'SCOPES', 'LIMIT', 'CREATED', 'LAST USED', 'EXPIRES'], rows))
}

const endOf = ({ validUntil, revokedAt }: ApiKey): string => (revokedAt === undefined ? (validUntil ?? '-') : 'revoked')

async function create(invocation: Invocation, name: string) {
  const { client, terminal, json } = invocation
  const [scopes, limit] = [textOptions(invocation, 'scope'), textOption(invocation, 'limit')]
  const expiresInDays = numberOption(invocation, 'expires-in-days')
  const made = await client.createKey({
    name,
    // The server validates the scopes.
    ...(scopes !== undefined && { scopes: scopes as Scopes }),
    ...(limit !== undefined && { limit }),
    ...(expiresInDays !== undefined && { expiresInDays }),
  })
  terminal.out(json ? `${JSON.stringify(made)}\n` : `${made.token}\n`)
  const end = made.validUntil === undefined ? '' : `, until ${made.validUntil}`
  const about = `${made.id} (${made.scopes.join(', ')}) for ${made.limit ?? 'everything that your account may use'}${end}`
  if (!json) terminal.err(`${printable(about)}. The key is shown only once. Set it as SLIPWAY_API_KEY or HF_TOKEN.\n`)
}

type Scopes = z.input<typeof createKey>['scopes']

async function revoke({ client, terminal, json }: Invocation, id: string) {
  await client.revokeKey(id)
  terminal.out(json ? `${JSON.stringify({ id, revoked: true })}\n` : `${printable(id)} is revoked\n`)
}
