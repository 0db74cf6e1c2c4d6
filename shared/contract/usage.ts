import { z } from '@hono/zod-openapi'
import { quotaNames } from '../table/quotas.ts'
import { pageOf } from './words.ts'

export const quotaTexts: Record<(typeof quotaNames)[number], string> = {
  repos: 'Repos of models and datasets, those included that were deleted and can still be brought back.',
  storedBytes:
    'Bytes of all files in all revisions. A file content that stands in several revisions or repos of an owner counts once for it; where several owners have the same content each of them is charged for it, so that no bill depends on what others keep, and nobody learns from a count whether others have it. What is deleted counts until it is collected.',
  imports: 'Imports that are under way at the same time.',
  deployments: 'Deployments, whether or not they are ready.',
  requestsPerMinute:
    "Requests to the API and to the Hub protocol within a minute, by the keys and sessions of the owner's user or by keys that were made for the owner. Without a limit they are not counted.",
}

const quota = z
  .object({
    name: z.enum(quotaNames),
    used: z.number().int().optional().openapi({ description: 'Absent where it is not counted.' }),
    limit: z.number().int().optional().openapi({ description: 'Absent where there is none.' }),
    isOwn: z.boolean().openapi({ description: 'Whether an admin set the limit for this owner alone.' }),
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
  .openapi('SetQuotas', { description: '`null` gives the owner what everyone has; what is left out stays as it is.' })

export type OwnerUsage = z.infer<typeof ownerUsage>
