import * as z from 'zod'

const quota = z.coerce.number().int().min(0).optional()
/** Default quotas of owners, in the stage's context. */
export const quotaContext = {
  quotaRepos: quota,
  quotaStoredBytes: quota,
  quotaImports: quota,
  quotaDeployments: quota,
  quotaRequestsPerMinute: z.coerce.number().int().min(1).optional(),
}

/** `-c quotaStoredBytes=…` becomes `SLIPWAY_QUOTA_STORED_BYTES` for the functions. */
export const quotaSettings = (
  given: { [Name in keyof typeof quotaContext]?: number | undefined },
): Record<string, string> =>
  Object.fromEntries(
    (Object.keys(quotaContext) as (keyof typeof quotaContext)[]).flatMap((name) => {
      const limit = given[name]
      const words = name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
      return limit === undefined ? [] : [[`SLIPWAY_${words}`, String(limit)]]
    }),
  )
