import { z } from '@hono/zod-openapi'
import { quotaNames } from '../table/quotas.ts'
import { pageOf } from './words.ts'

export const quotaTexts: Record<(typeof quotaNames)[number], string> = {
  repos: 'Repos of models and datasets, including deleted ones that can still be restored.',
  storedBytes:
    'Bytes of all files in all revisions. A file content in several revisions or repos of an owner counts once for that owner. If several owners have the same content, it counts for each of them, so that no count depends on others or reveals what they have. Deleted content counts until it is collected.',
  imports: 'Imports that run at the same time.',
  deployments: 'Deployments, whether or not they are ready.',
  requestsPerMinute:
    "Requests to the API and to the Hub protocol within a minute, by the keys and sessions of the owner's user or by keys that were made for the owner. Without a limit they are not counted.",
}

const quota = z
  .object({
    name: z.enum(quotaNames),
    used: z.number().int().optional().openapi({ description: 'Absent where it is not counted.' }),
    limit: z.number().int().optional().openapi({ description: 'Absent where there is none.' }),
    isOwn: z.boolean().openapi({ description: "Whether the limit is the owner's own, set by an admin." }),
    about: z.string(),
  })
  .openapi('QuotaUse')

export const ownerUsage = z.object({ owner: z.string(), quotas: z.array(quota) }).openapi('OwnerUsage')

export const usage = pageOf(ownerUsage).openapi('Usage')

const limit = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).nullable().optional()

export const setQuotas = z
  .object({
    repos: limit,
    storedBytes: limit,
    imports: limit,
    deployments: limit,
    requestsPerMinute: z.number().int().min(1).max(1_000_000).nullable().optional(),
  })
  .strict()
  .refine((limits) => Object.values(limits).some((value) => value !== undefined), 'names no quota')
  .openapi('SetQuotas', {
    minProperties: 1,
    description: '`null` restores the default; a missing field stays as it is.',
  })

export type OwnerUsage = z.infer<typeof ownerUsage>
