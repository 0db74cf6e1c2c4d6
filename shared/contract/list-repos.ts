import { z } from '@hono/zod-openapi'
import { listedTagsMax } from '../table/repo-lists.ts'
import { repoKind } from './repo.ts'
import { ownerName, pageQuery, plainText } from './words.ts'

const once = { error: 'is to be given once' }
const facet = z.string(once).min(1).max(200).optional()

/** The filters of the list of repos. An unknown one is refused, never ignored. */
export const listReposQuery = pageQuery
  .extend({
    kind: repoKind.default('model'),
    status: z.enum(['active', 'deleted']).default('active').openapi({
      description: '`deleted` lists those that the caller can still restore.',
    }),
    owner: ownerName.optional(),
    task: facet.openapi({ example: 'feature-extraction' }),
    library: facet,
    license: facet,
    tag: facet,
    prefix: plainText(200).min(1).optional().openapi({
      description: 'The beginning of the name, or, with a "/", of `owner/name`. Case-insensitive.',
    }),
    sort: z.enum(['name', 'updated', 'created', 'downloads', 'size']).default('name'),
    direction: z.enum(['asc', 'desc']).optional().openapi({
      description: 'Defaults to `asc` by name, and to `desc` by anything else.',
    }),
  })
  .strict()

export const listReposDescription = `Exact and current: read from maintained lists, never by scanning all repos.

What can be combined: \`owner\`, any one of \`task\`, \`library\`, \`license\` and \`tag\`, and any \`sort\`, in both directions. \`prefix\` goes with all of them when sorted by name. Refused with 400: two of \`task\`, \`library\`, \`license\` and \`tag\` at once, \`prefix\` with another sort than by name, and any of them with \`status=deleted\` but \`owner\`, \`prefix\` and a sort.

Sorted by name, repos are in the order of \`owner/name\`; with a \`prefix\` without a "/", in the order of the name alone. A repo is found by its first ${listedTagsMax} tags: those set by users, then those of its card.`

export type ListReposQuery = z.output<typeof listReposQuery>
