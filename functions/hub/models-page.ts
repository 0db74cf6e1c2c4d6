import { errors } from '../../shared/errors.ts'
import { keys, lists } from '../../shared/table/keys.ts'
import { listRepos, type RepoItem } from '../../shared/table/repos.ts'
import type { Table } from '../../shared/table/table.ts'
import type { ListQuery } from './list-query.ts'

/** How many repos one request looks at. A page may hold fewer than that match, or none, and still have a next one. */
const readMax = 1000

/** The next repos by name that match, and where the page after them starts. */
export async function readModelsPage({ table, query, startKey, limit }: PageInput) {
  const { owner, search, task } = query
  if (startKey !== undefined && owner !== undefined && startKey.listSk?.startsWith(`${owner}/`) !== true)
    throw errors.invalidRequest('The cursor is not one of this list. Start again without it.', 'cursor')
  const matches = ({ id, task: ofRepo }: RepoItem) =>
    (search === '' || id.toLowerCase().includes(search)) && (task === undefined || ofRepo === task)
  const readAtOnce = search === '' && task === undefined ? limit + 1 : readMax
  const repos: RepoItem[] = []
  let next: Record<string, unknown> | undefined = startKey
  for (let read = 0; read < readMax; ) {
    const page = await listRepos(table, { limit: readAtOnce, owner, startKey: next })
    for (const repo of page.items) {
      if (repos.length >= limit) return { repos, next }
      if (matches(repo)) repos.push(repo)
      next = listKeyOf(repo)
    }
    if (page.nextKey === undefined) return { repos, next: undefined }
    read += page.items.length
  }
  return { repos, next }
}

interface PageInput {
  table: Table
  query: ListQuery
  startKey: Record<string, string> | undefined
  limit: number
}

const listKeyOf = ({ id }: RepoItem) => ({ ...keys.repo(id), listPk: lists.repos, listSk: id })
