import type { Repo } from '../../contract/repo.ts'
import { type Command, type Invocation, UsageError } from '../command.ts'
import { printable } from '../terminal.ts'
import { asKind, datasetOption, namedRepo, uploadTo } from './named-repo.ts'

export const repo: Command = {
  summary: 'create, rename, delete and restore repos, and change who may see them',
  usage: 'slipway repo VERB OWNER/NAME …',
  help: `Examples:
  slipway repo create acme/classifier --public
  slipway repo rename acme/classifier acme/iris-classifier
  slipway repo visibility acme/iris-classifier private
  slipway repo tags acme/iris-classifier                  shows its tags
  slipway repo tags acme/iris-classifier tabular gold     replaces them
  slipway repo delete acme/iris-classifier
  slipway repo undelete acme/iris-classifier

Options:
  --public      create: anyone may read it
  --clear       tags: remove all tags
  --force       delete: even if others' deployments serve it
  --dataset     a dataset instead of a model

A renamed repo can still be reached by its old name until another repo takes that name. A deleted repo can be restored
for 30 days.`,
  options: { public: { type: 'boolean' }, force: { type: 'boolean' }, clear: { type: 'boolean' }, ...datasetOption },
  parameters: { min: 2, max: 20 },
  async run(invocation) {
    const [verb = '', , ...rest] = invocation.parameters
    const run = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
    if (run === undefined)
      throw new UsageError(`there is no "repo ${verb}"; there are ${Object.keys(verbs).join(', ')}`)
    const { terminal, json } = invocation
    const { answer, said, next } = await run(invocation, rest)
    if (json) terminal.out(`${JSON.stringify(answer)}\n`)
    else if (said !== '') terminal.out(`${said.split('\n').map(printable).join('\n')}\n`)
    if (next !== undefined) terminal.err(`next: ${printable(next)}\n`)
  },
}

interface Done {
  answer: Repo
  said: string
  next?: string
}

const verbs: Record<string, (invocation: Invocation, rest: string[]) => Promise<Done>> = {
  async create(invocation, rest) {
    takes(rest, 0)
    const { repo: name, kind } = repoOf(invocation)
    const visibility = invocation.options.public === true ? 'public' : 'private'
    const answer = await invocation.client.createRepo({ name, visibility, ...(kind && { kind }) })
    return { answer, said: `${answer.id}  ${answer.visibility}, empty`, next: uploadTo(invocation, answer.id) }
  },
  async rename(invocation, rest) {
    const [to = ''] = takes(rest, 1, 'its new OWNER/NAME')
    const answer = await invocation.client.renameRepo(repoOf(invocation), namedRepo(invocation, to).repo)
    return { answer, said: `${repoOf(invocation).repo} is ${answer.id} now` }
  },
  async visibility(invocation, rest) {
    const [visibility] = takes(rest, 1, 'public or private')
    if (visibility !== 'public' && visibility !== 'private') throw new UsageError('a repo is public or private')
    const answer = await invocation.client.changeRepo(repoOf(invocation), { visibility })
    return { answer, said: `${answer.id} is ${answer.visibility}` }
  },
  async tags(invocation, tags) {
    const isCleared = invocation.options.clear === true
    if (isCleared && tags.length > 0) throw new UsageError('--clear removes all tags, so it takes no tags')
    if (tags.length === 0 && !isCleared) {
      const answer = await invocation.client.getRepo(repoOf(invocation))
      return { answer, said: answer.tags.join('\n') }
    }
    const answer = await invocation.client.changeRepo(repoOf(invocation), { tags })
    return { answer, said: `${answer.id} has ${isCleared ? 'no tags' : `the tags ${answer.tags.join(', ')}`}` }
  },
  async delete(invocation, rest) {
    takes(rest, 0)
    const answer = await invocation.client.deleteRepo(repoOf(invocation), { force: invocation.options.force === true })
    return {
      answer,
      said: `${answer.id} is deleted; it is kept until ${answer.keptUntil}`,
      next: `slipway repo undelete ${answer.id}${asKind(invocation)}`,
    }
  },
  async undelete(invocation, rest) {
    takes(rest, 0)
    const answer = await invocation.client.undeleteRepo(repoOf(invocation))
    return { answer, said: `${answer.id} is back` }
  },
}

const repoOf = (invocation: Invocation) => namedRepo(invocation, invocation.parameters[1] ?? '')

function takes(rest: string[], count: number, what = ''): string[] {
  if (rest.length === count) return rest
  throw new UsageError(
    rest.length < count ? `a parameter is missing: ${what}` : `"${rest[count]}" is one parameter too many`,
  )
}
