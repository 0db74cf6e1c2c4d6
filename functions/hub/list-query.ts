import type { Context } from 'hono'
import { errors } from '../../shared/errors.ts'
import { expandedFields, isTrue } from './expand.ts'
import { hubErrors } from './hub-errors.ts'

/** What a list of models is asked for. */
export interface ListQuery {
  search: string
  owner: string | undefined
  task: string | undefined
  /** Every one of these tags must be there. */
  tags: readonly string[]
  /** Nothing is gated here, so a list of what is gated is empty. */
  isGatedOnly: boolean
  /** What is told of each model. */
  fields: ReadonlySet<string>
  limit: number
}

const limitMax = 1000

/** What the Hub tells of a model in a list, unless it is asked for more, or by `expand` for something else. */
const usualFields = ['modelId', 'likes', 'private', 'downloads', 'tags', 'pipeline_tag', 'library_name', 'createdAt']
const fullFields = ['author', 'sha', 'lastModified', 'gated', 'disabled', 'siblings']

/** Nobody has downloaded or liked anything yet, so any order is the order of these; by name is the list's own. */
const sorts = new Set(['id', 'downloads', 'likes', 'likes30d', 'trendingScore', 'trending_score'])

const refused = ['apps', 'inference_provider', 'num_parameters', 'trained_dataset', 'language']

const ways = 'Filter by search, author, pipeline_tag and filter (tags, also "license:…"); sort by name.'

/** @throws AppError `invalid_request` for what would take a look at every model */
export function parseListQuery(context: Context): ListQuery {
  const query = (name: string) => context.req.query(name)
  const unanswered = refused.find((name) => query(name) !== undefined)
  if (unanswered !== undefined) throw hubErrors.notAnswered(unanswered, ways)
  const sort = query('sort')
  if (sort !== undefined && !sorts.has(sort)) throw hubErrors.notAnswered(`sort=${sort}`, ways)
  const limit = query('limit') ?? String(limitMax)
  if (!/^\d{1,9}$/.test(limit)) throw errors.invalidRequest('"limit" must be a whole number.', 'limit')
  return {
    search: query('search')?.toLowerCase() ?? '',
    owner: query('author'),
    task: query('pipeline_tag'),
    tags: (context.req.queries('filter') ?? []).flatMap((tags) => tags.split(',')).filter((tag) => tag !== ''),
    isGatedOnly: isTrue(context, 'gated'),
    fields: expandedFields(context) ?? askedFields(context),
    limit: Math.min(Math.max(Number(limit), 1), limitMax),
  }
}

const askedFields = (context: Context): ReadonlySet<string> =>
  new Set([
    ...usualFields,
    ...(isTrue(context, 'full') ? fullFields : []),
    ...['cardData', 'config'].filter((name) => isTrue(context, name)),
  ])
