import { errors } from '../../shared/errors.ts'
import { allRevisions, type RevisionItem } from '../../shared/table/repos.ts'
import { commitTitle } from './commit-title.ts'
import { findRevision } from './find-revision.ts'
import { nextLink } from './link-header.ts'
import { parseRef, rawRest } from './parse-path.ts'
import type { HubApp, HubParts } from './parts.ts'

const limitDefault = 50
const limitMax = 1000

/** R9: the revisions of a repo up to the one asked for, newest first. */
export function addCommitsRoute(app: HubApp, { table, publicUrl }: HubParts) {
  app.get('/api/models/:owner/:name/commits/:ref{.+}', async (context) => {
    const { owner, name } = context.req.param()
    const ref = parseRef(rawRest(context.req.url, 5))
    const { revision, repo } = await findRevision(table, `${owner}/${name}`, [{ ref, path: '' }])
    context.header('x-repo-commit', revision.id)
    const limit = Math.min(wholeNumber(context.req.query('limit') ?? `${limitDefault}`, 'limit'), limitMax)
    const page = wholeNumber(context.req.query('p') ?? '0', 'p')

    const revisions = await Array.fromAsync(allRevisions(table, repo.id))
    const history = historyOf(revision, revisions)
    context.header('x-total-count', String(history.length))
    const start = page * limit
    if (start + limit < history.length) {
      const path = `/api/models/${repo.id}/commits/${revision.id}`
      context.header('link', nextLink({ url: context.req.url, publicUrl, path, changes: { p: String(page + 1) } }))
    }
    const isFormatted = context.req.queries('expand[]')?.includes('formatted') === true
    const shown = limit === 0 ? [] : history.slice(start, start + limit)
    return context.json(shown.map((item) => commitJson(item, isFormatted)))
  })
}

/** Until a revision names the one it came from, what was there before it is its history. */
const historyOf = (revision: RevisionItem, revisions: readonly RevisionItem[]): RevisionItem[] =>
  revisions
    .filter(({ id, createdAt }) => id === revision.id || createdAt < revision.createdAt)
    .toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1))

function commitJson(revision: RevisionItem, isFormatted: boolean) {
  const { id, createdAt, createdBy, sourceRevision } = revision
  const title = commitTitle(revision)
  const message = sourceRevision === undefined ? '' : `From ${sourceRevision}`
  const authors = [{ user: createdBy, avatar: '' }]
  return { id, title, message, date: createdAt, authors, ...(isFormatted && { formatted: { title, message } }) }
}

function wholeNumber(text: string, param: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text)
  throw errors.invalidRequest(`"${param}" must be a whole number.`, param)
}
