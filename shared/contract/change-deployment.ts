import { z } from '@hono/zod-openapi'
import { deploymentSettings } from './deployment-settings.ts'
import { wantedShadow, wantedTarget, wantedTargets } from './deployment-target.ts'
import { deploymentName, ownerName } from './words.ts'

const what = {
  ...wantedTarget.partial().shape,
  targets: wantedTargets.optional().openapi({
    description:
      'Instead of `target`: several targets with the same task, each with its share of the requests. Canary rules compare the others with the first.',
  }),
}

interface What {
  target?: string | undefined
  targets?: unknown
  file?: unknown
  precision?: unknown
  task?: unknown
  follow?: unknown
}

/** With several targets, options of a target belong inside each of them. */
const isOneOrSeveral = ({ target, targets, file, precision, task, follow }: What): boolean =>
  targets === undefined || [target, file, precision, task, follow].every((part) => part === undefined)

const severalRule = 'excludes "target", "file", "precision", "task" and "follow": each of the targets has its own'

const minWithinMax = ({ min, max }: { min?: number | undefined; max?: number | undefined | null }): boolean =>
  typeof max !== 'number' || min === undefined || min <= max

export const createDeployment = deploymentSettings
  .extend({
    ...what,
    shadow: wantedShadow.optional(),
    name: deploymentName.optional().openapi({ description: "Defaults to the repo's name in lower case." }),
    owner: ownerName.optional().openapi({ description: "Whose it is. Defaults to the repo's owner." }),
  })
  .strict()
  .refine(({ target, targets }) => target !== undefined || targets !== undefined, {
    message: 'is missing: say what to serve, as "owner/name@ref"',
    path: ['target'],
  })
  .refine(isOneOrSeveral, { message: severalRule, path: ['targets'] })
  .refine(minWithinMax, { message: 'must be at least "min"', path: ['max'] })
  .openapi('CreateDeployment')

const { pool: _, ...changeable } = deploymentSettings.shape

/** A missing field stays as it is; `null` removes an optional one. */
export const changeDeployment = z
  .object({
    ...what,
    ...changeable,
    max: changeable.max.nullable(),
    limits: changeable.limits.nullable(),
    resultCache: changeable.resultCache.nullable(),
    canary: changeable.canary.nullable(),
    shadow: wantedShadow.nullish(),
  })
  .strict()
  .refine((change) => Object.values(change).some((value) => value !== undefined), 'names nothing to change')
  .refine(isOneOrSeveral, { message: severalRule, path: ['targets'] })
  .refine(minWithinMax, { message: 'must be at least "min"', path: ['max'] })
  .openapi('ChangeDeployment', { minProperties: 1 })

export type CreateDeployment = z.input<typeof createDeployment>
export type ChangeDeployment = z.input<typeof changeDeployment>
