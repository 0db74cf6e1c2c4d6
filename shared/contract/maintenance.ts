import { z } from '@hono/zod-openapi'
import { amountOrNone, timestamp } from './words.ts'

const maintenanceKinds = ['fsck', 'gc', 'backup', 'restore'] as const
export type MaintenanceKind = (typeof maintenanceKinds)[number]

const backupId = z
  .string()
  .regex(
    /^\d{8}T\d{6}Z-[0-9a-f]{6}$/,
    'must be the id of a backup, as "npx slipway backup --list" or GET /api/v1/backups lists it',
  )
  .openapi({ example: '20261121T024300Z-1a2b3c' })

export const maintenanceOptions = z
  .object({
    repair: z.boolean().optional().openapi({ description: 'fsck: repair what can be repaired.' }),
    deep: z.boolean().optional().openapi({ description: 'fsck: read every blob and check its hash.' }),
    dryRun: z.boolean().optional().openapi({ description: 'gc: report what would be freed, and change nothing.' }),
    graceHours: z.number().min(1).max(8760).optional().openapi({
      description: 'gc: how long unneeded content is kept at least. Default: 24.',
    }),
    repoGraceDays: amountOrNone(3650).optional().openapi({
      description: 'gc: how long a deleted repo can be restored. Default: 30.',
    }),
    objects: z.boolean().optional().openapi({
      description: 'backup, restore: include blobs, below backups/ in the same bucket, shared by all backups.',
    }),
    keepDays: z.number().min(1).max(3650).optional().openapi({
      description: 'backup: remove older backups, but never the newest complete one. Default: 30.',
    }),
    backup: backupId.optional().openapi({ description: 'restore: which one. Default: the newest complete one.' }),
    mode: z.enum(['replace', 'merge']).optional().openapi({
      description:
        'restore: replace a registry that is not empty by the backup, or add only what is missing. Without it such a registry is refused. Deployments that are added are paused; those of a whole backup serve or are paused as they were in it, and one that is paused now stays so.',
    }),
  })
  .strict()

export const createMaintenance = z
  .object({ kind: z.enum(maintenanceKinds), options: maintenanceOptions.default({}) })
  .strict()
  .openapi('CreateMaintenance')

export const maintenanceFinding = z.object({
  kind: z.string().openapi({ example: 'blob-missing' }),
  place: z.string().openapi({ description: 'The repo, file, owner, item or object that it is about.' }),
  severity: z.enum(['error', 'warning']),
  message: z.string(),
  repairable: z.boolean(),
  repaired: z.boolean(),
})

const maintenanceFailure = z.object({ code: z.string(), message: z.string() })

export const maintenanceJob = z
  .object({
    id: z.string(),
    kind: z.enum(maintenanceKinds),
    options: maintenanceOptions,
    state: z.enum(['RUNNING', 'DONE', 'FAILED']),
    progress: z.object({ phase: z.string(), phasesDone: z.number().int(), phasesTotal: z.number().int() }),
    counts: z.record(z.string(), z.number()).openapi({ description: 'What was read, found, freed, saved or written.' }),
    backup: backupId.optional().openapi({ description: 'The backup that is written or restored.' }),
    failure: maintenanceFailure.optional(),
    createdAt: timestamp,
    createdBy: z.string(),
    updatedAt: timestamp,
  })
  .openapi('Maintenance')

export const backupEntry = z
  .object({
    id: backupId,
    createdAt: timestamp,
    items: z.number().int(),
    sizeBytes: z.number().int(),
    blobs: z.number().int().optional().openapi({ description: 'How many blobs it includes.' }),
  })
  .openapi('Backup')

export type MaintenanceOptions = z.infer<typeof maintenanceOptions>
export type MaintenanceFinding = z.infer<typeof maintenanceFinding>
export type MaintenanceFailure = z.infer<typeof maintenanceFailure>
export type MaintenanceJob = z.infer<typeof maintenanceJob>
export type BackupEntry = z.infer<typeof backupEntry>
