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
    summary: 'How much of their quotas your namespaces use',
    description: `One entry for each of your namespaces, or for the requested one; admins of the platform get every owner that has content or a limit of its own, in pages that may hold fewer than requested.\n\n${explained}\n\nThe database refuses the write that would exceed a limit, with 403 \`quota_exceeded\`; too many requests get 429 \`rate_limited\`.`,
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
      'A limit takes effect at once, that of requests within 10 seconds. A limit below the current use removes nothing.',
    security,
    request: { params: z.object({ owner: ownerName }), ...body(setQuotas) },
    responses: { 200: json(ownerUsage, 'The limits of the owner.'), ...failures },
  }),
}
