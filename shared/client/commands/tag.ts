import { type Command, textOption, UsageError } from '../command.ts'
import { allPages } from '../request.ts'
import { printable, table } from '../terminal.ts'
import { formatAge } from '../units.ts'
import { advisedToUpload, datasetOption, namedRevision } from './named-repo.ts'

export const tag: Command = {
  summary: 'tag a revision, or create the next version of a model',
  usage: 'slipway tag OWNER/NAME[@REF] [TAG]',
  help: `Examples:
  slipway tag acme/iris                     lists the tags
  slipway tag acme/iris --next              creates v1, v2, …
  slipway tag acme/iris@dev rc-1 -m "for the review"
  slipway tag acme/iris rc-1 --delete

Options:
  --next                 create the next version
  -m, --message TEXT     a message for the tag
  --delete               delete the tag
  --dataset              a dataset instead of a model`,
  options: {
    next: { type: 'boolean' },
    delete: { type: 'boolean' },
    message: { type: 'string', short: 'm' },
    ...datasetOption,
  },
  parameters: { min: 1, max: 2 },
  async run(invocation) {
    const { client, terminal, json, options } = invocation
    const [given = '', name] = invocation.parameters
    const { ref, ...repo } = namedRevision(invocation, given)
    const message = textOption(invocation, 'message')
    if (options.next === true && name !== undefined) throw new UsageError('--next chooses the name of the tag')
    if (options.delete === true) {
      if (name === undefined) throw new UsageError('which tag is to be deleted')
      await client.deleteTag(repo, name)
      const answer = { name, deleted: true }
      return terminal.out(json ? `${JSON.stringify(answer)}\n` : `${printable(name)} is gone\n`)
    }
    if (options.next === true || name !== undefined) {
      const wanted = { revision: ref, ...(message !== undefined && { message }) }
      const making =
        name === undefined ? client.createVersion(repo, wanted) : client.createTag(repo, { name, ...wanted })
      const made = await making.catch(advisedToUpload(invocation, repo.repo))
      terminal.out(json ? `${JSON.stringify(made)}\n` : `${made.name}  ${made.revision}\n`)
      if (options.dataset === true) return
      return terminal.err(`next: slipway deploy ${repo.repo}@${made.name}\n`)
    }
    const tags = await allPages((cursor) => client.listTags(repo, { limit: 100, cursor }))
    if (json) return terminal.out(`${JSON.stringify(tags)}\n`)
    const now = new Date()
    const rows = tags.map((made) => [
      made.name,
      made.revision.slice(0, 12),
      formatAge(made.updatedAt, now),
      made.message ?? '',
    ])
    terminal.out(table(['TAG', 'REVISION', 'CREATED', 'MESSAGE'], rows))
  },
}
