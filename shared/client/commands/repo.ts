import type { Repo } from '../../contract/repo.ts'
import { type Command, type Invocation, UsageError } from '../command.ts'
import { printable } from '../terminal.ts'
import { asKind, datasetOption, namedRepo, uploadTo } from './named-repo.ts'

export const repo: Command = {
  summary: 'make, rename, delete and bring back repos, and say who may see them',
  usage: 'slipway repo VERB OWNER/NAME …',
  help: `Examples:
  slipway repo create acme/classifier --public
  slipway repo rename acme/classifier acme/iris-classifier
  slipway repo visibility acme/iris-classifier private
  slipway repo tags acme/iris-classifier                  shows them
  slipway repo tags acme/iris-classifier tabular gold     these instead of those it has
  slipway repo delete acme/iris-classifier
  slipway repo undelete acme/iris-classifier

Options:
  --public      of create: anyone may read it
  --clear       of tags: take all of them away
  --force       of delete: although others serve it
  --dataset     a dataset instead of a model

A renamed repo is found under its old name until another takes that. A deleted one can be brought back for 30 days.`,
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
    if (isCleared && tags.length > 0) throw new UsageError('--clear takes all tags away, and none are given then')
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
