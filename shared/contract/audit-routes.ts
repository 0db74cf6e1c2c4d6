import { createRoute } from '@hono/zod-openapi'
import { auditPage, auditQuery } from './audit.ts'
import { failures, json, security } from './route-parts.ts'

export const auditRoutes = {
  listAudit: createRoute({
    method: 'get',
    path: '/api/v1/audit',
    tags: ['audit'],
    summary: 'What was done, by whom, when, from where and with what outcome; newest first',
    description: `Every request that writes is an event, even a refused one, and so is the end of every import. Events are never changed and kept forever; they hold no secrets. For an upload, its beginning and its commit are events, and the transfer of its bytes is not.

Without parameters: all events for an admin of the platform, your own for everyone else. \`owner\` needs the role \`admin\` in that owner; \`actor\` other than yourself needs that too, or an admin of the platform.

\`action\`, and \`actor\` together with \`owner\`, are searched in at most 1000 events per page: a page may hold fewer events than requested, even none, and still have a \`cursor\` for more.`,
    security,
    request: { query: auditQuery },
    responses: { 200: json(auditPage, 'A page of events.'), ...failures },
  }),
}
