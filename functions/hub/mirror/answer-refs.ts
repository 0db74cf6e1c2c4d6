import type { Context } from 'hono'
import type { HttpEnvironment } from '../../../shared/http/context.ts'
import { isTrue } from '../expand.ts'
import type { Mirrored } from './find-mirrored.ts'
import type { Mirror } from './mirror.ts'
import { asRevision } from './snapshot-items.ts'

/** R8 for a repo that is not here yet: the branches and tags that the mirror can read. */
export async function answerRefs(
  context: Context<HttpEnvironment>,
  { snapshot }: Mirrored,
  { upstream }: Mirror,
): Promise<Response> {
  const { branches, tags } = await upstream.refs(snapshot.repo)
  const pullRequests = isTrue(context, 'include_prs') && { pullRequests: [] }
  return context.json({ branches, converts: [], tags, ...pullRequests })
}

/** R9: a mirror's history is the commits that were read, so before the first is stored it is that one. */
export async function answerCommits(context: Context<HttpEnvironment>, { snapshot }: Mirrored): Promise<Response> {
  const { id, title, message = '', createdAt: date, createdBy } = asRevision(snapshot)
  context.header('x-total-count', '1')
  const isFormatted = context.req.queries('expand[]')?.includes('formatted') === true
  const commit = { id, title, message, date, authors: [{ user: createdBy, avatar: '' }] }
  return context.json([isFormatted ? { ...commit, formatted: { title, message } } : commit])
}
