import { createRoute } from '@hono/zod-openapi'
import { auditPage, auditQuery } from './audit.ts'
import { failures, json, security } from './route-parts.ts'

export const auditRoutes = {
  listAudit: createRoute({
    method: 'get',
    path: '/api/v1/audit',
    tags: ['audit'],
    summary: 'What was done, by whom, when, from where and with what outcome; newest first',
    description: `Every request that writes is an event, refused ones too, and so is the end of every import. Events are appended, never changed, and kept for ever; no secret is in them. Moving the bytes of an upload is no event of its own: that it was begun is one, and the commit of it.

Without parameters: everything for an admin of the platform, what you yourself did for everyone else. \`owner\` needs the role \`admin\` in that owner; \`actor\` other than yourself needs that too, or an admin of the platform.

\`action\`, and \`actor\` together with \`owner\`, are looked for in at most 1000 events for one page: a page may hold fewer events than asked for, even none, while its \`cursor\` says that there is more behind them.`,
    security,
    request: { query: auditQuery },
    responses: { 200: json(auditPage, 'A page of events.'), ...failures },
  }),
}
