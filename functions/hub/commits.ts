import { errors } from '../../shared/errors.ts'
import { fullName } from '../../shared/table/repo-item.ts'
import { getRevision, type RevisionItem } from '../../shared/table/repos.ts'
import type { Table } from '../../shared/table/table.ts'
import { findRevision, unlessEmpty } from './find-revision.ts'
import { nextLink } from './link-header.ts'
import { parseRef, rawRest } from './parse-path.ts'
import type { HubApp, HubParts } from './parts.ts'
import { repoKinds } from './repo-kinds.ts'

const limitDefault = 50
const limitMax = 100

/** R9: the history of a revision, newest first. */
export function addCommitsRoute(app: HubApp, { table, publicUrl }: HubParts) {
  for (const { kind, api } of repoKinds)
    app.get(`${api}/:owner/:name/commits/:ref{.+}`, async (context) => {
      const ref = parseRef(rawRest(context.req.url, 5))
      const found = await findRevision(context, { table, kind }, [{ ref, path: '' }]).catch(unlessEmpty)
      if (found === undefined) return context.json([])
      const { revision, repo } = found
      context.header('x-repo-commit', revision.id)
      const limit = Math.min(wholeNumber(context.req.query('limit') ?? `${limitDefault}`, 'limit'), limitMax)
      context.header('x-total-count', String(revision.depth))
      const { history, next } = await readHistory(table, { revision, limit })
      if (next !== undefined) {
        const path = `${api}/${fullName(repo)}/commits/${next}`
        context.header('link', nextLink({ url: context.req.url, publicUrl, path, changes: {} }))
      }
      const isFormatted = context.req.queries('expand[]')?.includes('formatted') === true
      return context.json(history.map((item) => commitJson(item, isFormatted)))
    })
}

/** Each revision names its parent, so the next page starts with the parent of the last. */
async function readHistory(table: Table, { revision, limit }: { revision: RevisionItem; limit: number }) {
  const history: RevisionItem[] = []
  let next: RevisionItem | undefined = revision
  while (next !== undefined && history.length < limit) {
    history.push(next)
    next = next.parent === undefined ? undefined : await getRevision(table, next.repoId, next.parent)
  }
  return { history, next: limit === 0 ? undefined : next?.id }
}

function commitJson(revision: RevisionItem, isFormatted: boolean) {
  const { id, createdAt, createdBy, title, message = '' } = revision
  const authors = [{ user: createdBy, avatar: '' }]
  return { id, title, message, date: createdAt, authors, ...(isFormatted && { formatted: { title, message } }) }
}

function wholeNumber(text: string, param: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text)
  throw errors.invalidRequest(`"${param}" must be a whole number.`, param)
}
