import { z } from '@hono/zod-openapi'
import { ownerName, pageLimit, pageOf, timestamp } from './words.ts'

const auditEvent = z
  .object({
    id: z.string().openapi({ description: 'In the order of time.', example: 'evt_019aa1b2c3d4…' }),
    at: timestamp,
    actor: z
      .object({ userId: z.string(), username: z.string().optional(), keyId: z.string().optional() })
      .optional()
      .openapi({
        description:
          'The user, with the name at the time, and the API key or session. Absent for a request without a key.',
      }),
    action: z.string().openapi({ example: 'repo.create' }),
    owner: z.string().openapi({ description: 'The affected owner; `-` for none.', example: 'acme' }),
    target: z.string().optional().openapi({ example: 'repos/acme/model' }),
    outcome: z.object({
      result: z.enum(['done', 'refused', 'failed', 'unknown']).openapi({
        description: '`unknown` where the process died before it recorded the outcome: check the result.',
      }),
      status: z.number().int().optional(),
      code: z.string().optional().openapi({ description: 'Of the error.' }),
      replayed: z.boolean().optional().openapi({ description: 'Replayed for its `Idempotency-Key`.' }),
    }),
    from: z.string().optional().openapi({ description: 'The address of the connection, never taken from a header.' }),
    requestId: z.string().optional(),
  })
  .openapi('AuditEvent')

export const auditPage = pageOf(auditEvent).openapi('AuditPage')

export const auditQuery = z.object({
  owner: ownerName.optional().openapi({ description: 'Events about this owner and its content.' }),
  actor: z.string().min(1).max(96).optional().openapi({ description: 'A username, or the id of a user.' }),
  action: z
    .string()
    .regex(/^[a-zA-Z]+(?:\.[a-zA-Z]+)?$/, 'must be an action such as "repo.create", or its first word')
    .optional()
    .openapi({ description: 'An action, or its first word for all actions of that kind.', example: 'repo.create' }),
  after: z.iso.datetime({ offset: true }).optional(),
  before: z.iso.datetime({ offset: true }).optional(),
  limit: pageLimit,
  cursor: z.string().max(2000).optional(),
})

export type AuditEvent = z.infer<typeof auditEvent>
