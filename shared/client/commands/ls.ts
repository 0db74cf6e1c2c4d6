import type { Command, Invocation } from '../command.ts'
import { textOption, UsageError } from '../command.ts'
import type { RepoFilter, RepoListRequest } from '../repo-client.ts'
import { allPages } from '../request.ts'
import { shellWord } from '../shell-word.ts'
import { printable, table } from '../terminal.ts'
import { formatAge, formatBytes } from '../units.ts'
import { datasetOption } from './named-repo.ts'

const filters = ['owner', 'task', 'library', 'license', 'tag', 'prefix', 'sort'] as const satisfies RepoFilter[]

export const ls: Command = {
  summary: 'list the models',
  usage: 'slipway ls [OWNER | OWNER/PREFIX]',
  help: `Examples:
  slipway ls
  slipway ls acme --sort updated          models of one owner
  slipway ls acme/all-                    models whose OWNER/NAME starts with this
  slipway ls --task feature-extraction --prefix all-
  slipway ls --deleted --json

Options:
  --owner NAME      the same as OWNER
  --task TASK, --library LIBRARY, --license LICENSE, --tag TAG
                    filter by one of these
  --prefix TEXT     only names that start with TEXT (OWNER/NAME if TEXT has a "/"), sorted by name
  --sort ORDER      name (default), updated, created, downloads or size; largest first, names from A
  --reverse         reverse the order
  --deleted         deleted models that you can restore
  --dataset         datasets instead of models

With --json, one JSON array of all models.`,
  options: {
    ...Object.fromEntries(filters.map((name) => [name, { type: 'string' as const }])),
    reverse: { type: 'boolean' },
    deleted: { type: 'boolean' },
    ...datasetOption,
  },
  parameters: { min: 0, max: 1 },
  async run(invocation) {
    const { client, terminal, json, options } = invocation
    const asked = requestOf(invocation)
    const repos = await allPages((cursor) => client.listRepos({ ...asked, limit: 100, cursor }))
    if (json) return terminal.out(`${JSON.stringify(repos)}\n`)
    if (repos.length === 0) return terminal.err(`${nothing(invocation)}\n`)
    const now = new Date()
    const rows = repos.map((repo) => [
      repo.id,
      repo.task ?? '-',
      formatBytes(repo.sizeBytes),
      repo.visibility,
      formatAge(repo.updatedAt, now),
    ])
    terminal.out(table([options.dataset === true ? 'DATASET' : 'MODEL', 'TASK', 'SIZE', 'VISIBILITY', 'UPDATED'], rows))
  },
}

function requestOf(invocation: Invocation): RepoListRequest {
  const { options } = invocation
  const given = {
    ...Object.fromEntries(filters.map((name) => [name, textOption(invocation, name)])),
    ...named(invocation),
  }
  const isByName = (given.sort ?? 'name') === 'name'
  return {
    ...given,
    ...(options.reverse === true && { direction: isByName ? 'desc' : 'asc' }),
    ...(options.deleted === true && { status: 'deleted' }),
    ...(options.dataset === true && { kind: 'dataset' }),
  }
}

/** The positional parameter: an owner, or the beginning of `owner/name`. */
function named(invocation: Invocation) {
  const [what] = invocation.parameters
  if (what === undefined) return {}
  const name = what.includes('/') ? 'prefix' : 'owner'
  if (textOption(invocation, name) === undefined) return { [name]: what }
  throw new UsageError(`"${what}" means the same as --${name}: use one of them`)
}

function nothing({ options, parameters: [what] }: Invocation): string {
  const kind = options.dataset === true ? 'dataset' : 'model'
  if (what !== undefined && !what.includes('/'))
    return `No ${kind} of the owner "${printable(what)}" matches. To search by the start of a name: slipway ls --prefix ${shellWord(what)}`
  if (what !== undefined) return `No ${kind} matches.`
  if (Object.keys(options).some((name) => name !== 'json' && name !== 'dataset')) return `No ${kind} matches.`
  return kind === 'dataset' ? 'No datasets yet.' : 'No models yet. Import one: slipway pull hf://owner/name'
}
