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
          'Who: the user, what that one was called at the time, and the API key or session. Absent where a stranger tried.',
      }),
    action: z.string().openapi({ example: 'repo.create' }),
    owner: z.string().openapi({ description: 'Whose it was done to; `-` where it was nobody’s.', example: 'acme' }),
    target: z.string().optional().openapi({ example: 'repos/acme/model' }),
    outcome: z.object({
      result: z.enum(['done', 'refused', 'failed', 'unknown']).openapi({
        description: '`unknown` where the process that did it ended before it told: look whether it is there.',
      }),
      status: z.number().int().optional(),
      code: z.string().optional().openapi({ description: 'Of the error.' }),
      replayed: z.boolean().optional().openapi({ description: 'Answered again for its `Idempotency-Key`.' }),
    }),
    from: z
      .string()
      .optional()
      .openapi({ description: 'The address of the connection, never a header of the caller.' }),
    requestId: z.string().optional(),
  })
  .openapi('AuditEvent')

export const auditPage = pageOf(auditEvent).openapi('AuditPage')

export const auditQuery = z.object({
  owner: ownerName.optional().openapi({ description: 'What was done to this owner and what it has.' }),
  actor: z.string().min(1).max(96).optional().openapi({ description: 'A username, or the id of a user.' }),
  action: z
    .string()
    .regex(/^[a-zA-Z]+(?:\.[a-zA-Z]+)?$/, 'must be an action such as "repo.create", or its first word')
    .optional()
    .openapi({ description: 'An action, or its first word for all of that kind.', example: 'repo.create' }),
  after: z.iso.datetime({ offset: true }).optional(),
  before: z.iso.datetime({ offset: true }).optional(),
  limit: pageLimit,
  cursor: z.string().max(2000).optional(),
})

export type AuditEvent = z.infer<typeof auditEvent>
