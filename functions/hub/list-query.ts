import type { Context } from 'hono'
import { errors } from '../../shared/errors.ts'
import type { RepoOrderName } from '../../shared/table/read-repo-list.ts'
import type { Facet } from '../../shared/table/repo-lists.ts'
import { expandedFields, isTrue } from './expand.ts'
import { hubErrors } from './hub-errors.ts'

/** The query of a list of models. */
export interface ListQuery {
  search: string
  owner: string | undefined
  /** All must match; the list of the first is read. */
  facets: readonly Facet[]
  order: RepoOrderName
  descending: boolean
  /** Nothing is gated here, so this gives an empty list. */
  isGatedOnly: boolean
  /** The fields to return. */
  fields: ReadonlySet<string>
  limit: number
}

const limitMax = 1000
/** Longer than any tag; list names are keys of the table, which are limited to 2048 bytes. */
const textMaxBytes = 512

/** The Hub's fields of a model in a list, unless `full` or `expand` asks for others. */
const usualFields = ['modelId', 'likes', 'private', 'downloads', 'tags', 'pipeline_tag', 'library_name', 'createdAt']
const fullFields = ['author', 'sha', 'lastModified', 'gated', 'disabled', 'siblings']

/** There are no likes, so any order fits them. */
const sorts: Record<string, RepoOrderName> = {
  id: 'name',
  likes: 'name',
  likes30d: 'name',
  downloads: 'downloads',
  trendingScore: 'downloads',
  trending_score: 'downloads',
  lastModified: 'updated',
  last_modified: 'updated',
  createdAt: 'created',
  created_at: 'created',
  mainSize: 'size',
}

const refused = ['apps', 'inference_provider', 'num_parameters', 'trained_dataset', 'language']

const ways =
  'Filter by search, author, pipeline_tag and filter (tags, also "license:…" and "library:…"); sort by id, downloads, lastModified, createdAt or mainSize.'

/** @throws AppError `invalid_request` for queries that would have to visit every model */
export function parseListQuery(context: Context): ListQuery {
  const query = (name: string) => context.req.query(name)
  const unanswered = refused.find((name) => query(name) !== undefined)
  if (unanswered !== undefined) throw hubErrors.notAnswered(unanswered, ways)
  const sort = query('sort') ?? 'id'
  const order = Object.hasOwn(sorts, sort) ? sorts[sort] : undefined
  if (order === undefined) throw hubErrors.notAnswered(`sort=${sort}`, ways)
  const limit = query('limit') ?? String(limitMax)
  if (!/^\d{1,9}$/.test(limit)) throw errors.invalidRequest('"limit" must be a whole number.', 'limit')
  const task = query('pipeline_tag')
  const tags = (context.req.queries('filter') ?? []).flatMap((given) => given.split(',')).filter((tag) => tag !== '')
  for (const text of [query('author') ?? '', task ?? '', ...tags])
    if (Buffer.byteLength(text) > textMaxBytes)
      throw errors.invalidRequest(`"${text.slice(0, 50)}…" is longer than any name or tag of a repo.`)
  return {
    search: query('search')?.toLowerCase() ?? '',
    owner: query('author'),
    facets: [...(task === undefined ? [] : [{ name: 'task' as const, value: task }]), ...tags.map(facetOf)],
    order,
    // The Hub sorts in descending order, and no longer has another.
    descending: order !== 'name',
    isGatedOnly: isTrue(context, 'gated'),
    fields: expandedFields(context) ?? askedFields(context),
    limit: Math.min(Math.max(Number(limit), 1), limitMax),
  }
}

function facetOf(tag: string): Facet {
  const [, name, value] = /^(license|library):(.+)$/s.exec(tag) ?? []
  if (name === 'license' || name === 'library') return { name, value: value ?? '' }
  return { name: 'tag', value: tag }
}

const askedFields = (context: Context): ReadonlySet<string> =>
  new Set([
    ...usualFields,
    ...(isTrue(context, 'full') ? fullFields : []),
    ...['cardData', 'config'].filter((name) => isTrue(context, name)),
  ])
