import * as z from 'zod'

const quota = z.coerce.number().int().min(0).optional()
/** What owners may have for whom no admin set other limits, as the stage's context has it. */
export const quotaContext = {
  quotaRepos: quota,
  quotaStoredBytes: quota,
  quotaImports: quota,
  quotaDeployments: quota,
  quotaRequestsPerMinute: z.coerce.number().int().min(1).optional(),
}

/** `-c quotaStoredBytes=…` is `SLIPWAY_QUOTA_STORED_BYTES` to the functions. */
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
