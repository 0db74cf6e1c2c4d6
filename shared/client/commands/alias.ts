import type { Alias } from '../../contract/ref.ts'
import { ApiError } from '../api-error.ts'
import { type Command, type Invocation, UsageError } from '../command.ts'
import type { NamedRepo } from '../repo-client.ts'
import { allPages } from '../request.ts'
import { printable, table } from '../terminal.ts'
import { formatAge } from '../units.ts'
import { orphanedFollowers } from './alias-followers.ts'
import { advisedToUpload, datasetOption, namedRevision } from './named-repo.ts'

export const alias: Command = {
  summary: 'give a revision a name for serving, and move that name',
  usage: 'slipway alias OWNER/NAME[@REF] [ALIAS]',
  help: `Examples:
  slipway alias acme/iris                       lists the aliases
  slipway alias acme/iris@v2 champion           creates it or moves it to v2
  slipway alias acme/iris champion --protect    only admins may move it from now on
  slipway alias acme/iris champion --history
  slipway alias acme/iris champion --delete

Options:
  --protect, --unprotect   let only admins of the owner move or delete it, or everyone who may write
  --history                show its changes
  --delete                 delete it
  --dataset                a dataset instead of a model

The move fails if somebody else moved the alias at the same time.`,
  options: {
    protect: { type: 'boolean' },
    unprotect: { type: 'boolean' },
    history: { type: 'boolean' },
    delete: { type: 'boolean' },
    ...datasetOption,
  },
  parameters: { min: 1, max: 2 },
  async run(invocation) {
    const { client, terminal, json, options } = invocation
    const [given = '', name] = invocation.parameters
    const { ref, ...repo } = namedRevision(invocation, given)
    const doing = ['protect', 'unprotect', 'history', 'delete'].filter((option) => options[option] === true)
    if (doing.length > 1) throw new UsageError(`--${doing.join(' and --')} cannot be combined`)
    if (name === undefined) {
      if (doing.length > 0) throw new UsageError(`--${doing[0]} needs the name of an alias`)
      return list(invocation, repo)
    }
    if (options.history === true) return history(invocation, { repo, name })
    if (options.delete === true) {
      await client.deleteAlias(repo, name)
      const answer = { name, deleted: true }
      terminal.out(json ? `${JSON.stringify(answer)}\n` : `${printable(name)} is gone\n`)
      const followers = repo.kind === 'dataset' ? [] : await orphanedFollowers(client, { ...repo, name })
      return terminal.err(followers.map((line) => `${printable(line)}\n`).join(''))
    }
    const isNamed = given.includes('@')
    const isProtected = options.protect === true ? true : options.unprotect === true ? false : undefined
    const wanted = {
      ...((isNamed || isProtected === undefined) && { revision: ref }),
      ...(isProtected !== undefined && { isProtected }),
    }
    const before = await found(invocation, { repo, name })
    const moving =
      before === undefined
        ? client.createAlias(repo, { name, revision: ref, ...(isProtected !== undefined && { isProtected }) })
        : client.moveAlias(repo, before, wanted)
    const moved = await moving.catch(advisedToUpload(invocation, repo.repo))
    terminal.out(json ? `${JSON.stringify(moved)}\n` : `${moved.name}  ${moved.revision}${lock(moved)}\n`)
  },
}

async function found({ client }: Invocation, { repo, name }: NamedAlias): Promise<Alias | undefined> {
  try {
    return await client.getAlias(repo, name)
  } catch (error) {
    if (error instanceof ApiError && error.code === 'revision_not_found') return undefined
    throw error
  }
}

interface NamedAlias {
  repo: NamedRepo
  name: string
}

const lock = ({ isProtected }: Alias): string => (isProtected ? '  protected' : '')

async function list({ client, terminal, json }: Invocation, repo: NamedRepo) {
  const aliases = await allPages((cursor) => client.listAliases(repo, { limit: 100, cursor }))
  if (json) return terminal.out(`${JSON.stringify(aliases)}\n`)
  const now = new Date()
  const rows = aliases.map((made) => [
    made.name,
    made.revision.slice(0, 12),
    made.isProtected ? 'yes' : 'no',
    formatAge(made.updatedAt, now),
    made.updatedBy ?? '-',
  ])
  terminal.out(table(['ALIAS', 'REVISION', 'PROTECTED', 'UPDATED', 'BY'], rows))
}

async function history({ client, terminal, json }: Invocation, { repo, name }: NamedAlias) {
  const moves = await allPages((cursor) => client.listAliasMoves(repo, name, { limit: 100, cursor }))
  if (json) return terminal.out(`${JSON.stringify(moves)}\n`)
  const rows = moves.map(({ version, action, from, to, at, by }) => [
    String(version),
    action,
    from?.slice(0, 12) ?? '-',
    to?.slice(0, 12) ?? '-',
    at,
    by,
  ])
  terminal.out(table(['VERSION', 'ACTION', 'FROM', 'TO', 'TIME', 'BY'], rows))
}
