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
      description: '`deleted` are those that can still be brought back, for who may do so.',
    }),
    owner: ownerName.optional(),
    task: facet.openapi({ example: 'feature-extraction' }),
    library: facet,
    license: facet,
    tag: facet,
    prefix: plainText(200).min(1).optional().openapi({
      description: 'How the name begins, or, with a "/" in it, how `owner/name` does. Case does not count.',
    }),
    sort: z.enum(['name', 'updated', 'created', 'downloads', 'size']).default('name'),
    direction: z.enum(['asc', 'desc']).optional().openapi({
      description: 'Defaults to `asc` by name, and to `desc` by anything else.',
    }),
  })
  .strict()

export const listReposDescription = `Exact, as of now, and read from lists that are kept: never by looking through all repos.

What can be combined: \`owner\`, any one of \`task\`, \`library\`, \`license\` and \`tag\`, and any \`sort\`, in both directions. \`prefix\` goes with all of them when sorted by name. Refused with 400: two of \`task\`, \`library\`, \`license\` and \`tag\` at once, \`prefix\` with another sort than by name, and any of them with \`status=deleted\` but \`owner\`, \`prefix\` and a sort.

By name, repos stand in the order of \`owner/name\`; with a \`prefix\` without a "/", in the order of the name alone. A repo is found by its first ${listedTagsMax} tags: those that people put on it, then those of its card.`

export type ListReposQuery = z.output<typeof listReposQuery>
