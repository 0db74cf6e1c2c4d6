import { createRoute, z } from '@hono/zod-openapi'
import { body, failures, json, security } from './route-parts.ts'
import { ownerUsage, quotaTexts, setQuotas, usage } from './usage.ts'
import { ownerName, pageQuery } from './words.ts'

const explained = Object.entries(quotaTexts)
  .map(([name, text]) => `- \`${name}\`: ${text}`)
  .join('\n')

export const usageRoutes = {
  getUsage: createRoute({
    method: 'get',
    path: '/api/v1/usage',
    tags: ['usage'],
    summary: 'What your namespaces use of their quotas',
    description: `One entry for each owner that you belong to, or for the one that is asked for; admins of the platform get every owner that has anything or a limit of its own, page by page, of which each may hold fewer than were asked for.\n\n${explained}\n\nA limit is held by the database in the write that would exceed it: that is refused with 403 \`quota_exceeded\`, requests with 429 \`rate_limited\`.`,
    security,
    request: { query: pageQuery.extend({ owner: ownerName.optional() }) },
    responses: { 200: json(usage, 'Use and limits.'), ...failures },
  }),
  setQuotas: createRoute({
    method: 'put',
    path: '/api/v1/owners/{owner}/quotas',
    tags: ['usage'],
    summary: 'Set limits of one owner, as an admin of the platform',
    description:
      'The database knows a limit at once. That of requests is obeyed by every process within 10 seconds. A limit below what is used takes nothing away.',
    security,
    request: { params: z.object({ owner: ownerName }), ...body(setQuotas) },
    responses: { 200: json(ownerUsage, 'What the owner has now.'), ...failures },
  }),
}
