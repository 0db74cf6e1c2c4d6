import { principalOf } from '../../shared/auth/middleware.ts'
import { requirePlatformAdmin } from '../../shared/auth/platform-admin.ts'
import type { BackupEntry, MaintenanceFinding, MaintenanceJob } from '../../shared/contract/maintenance.ts'
import { maintenanceRoutes as routes } from '../../shared/contract/maintenance-routes.ts'
import { AppError } from '../../shared/errors.ts'
import { createPlatformApp, type PlatformAppOptions } from '../../shared/http/platform-app.ts'
import { decodeCursor, decodePosition, encodeCursor, encodePosition } from '../../shared/table/cursor.ts'
import { keys } from '../../shared/table/keys.ts'
import { getJob, listJobs, type MaintenanceJobItem } from '../../shared/table/maintenance-jobs.ts'
import { listBackups } from './backup/list-backups.ts'
import { listFindings } from './jobs/findings.ts'
import { phasesOf } from './jobs/kinds.ts'
import { startJob } from './jobs/start-job.ts'
import type { MaintenanceParts } from './parts.ts'

interface MaintenanceOptions extends PlatformAppOptions {
  parts: Pick<MaintenanceParts, 'table' | 'objects' | 'queue' | 'now'>
}

/** Whether the path belongs to this app. */
export const isMaintenancePath = (path: string): boolean => /^\/api\/v1\/(?:maintenance(?:\/.*)?|backups)$/.test(path)

/** Maintenance under `/api/v1`, for platform admins. */
export function createMaintenanceApp({ parts, ...platform }: MaintenanceOptions) {
  const { table } = platform
  const { objects } = parts
  const app = createPlatformApp({ ...platform, routes })
  app.use('/api/v1/*', async (context, next) => {
    requirePlatformAdmin(principalOf(context))
    await next()
  })

  app.openapi(routes.startMaintenance, async (context) => {
    const { kind, options } = context.req.valid('json')
    const { job, created } = await startJob({ kind, options, createdBy: principalOf(context).userId }, parts)
    return created ? context.json(toJob(job), 202) : context.json(toJob(job), 200)
  })

  app.openapi(routes.listMaintenance, async (context) => {
    const { limit, cursor } = context.req.valid('query')
    const { items } = await listJobs(table, { before: decodePosition(cursor, 'maintenance'), limit: limit + 1 })
    const last = items[limit - 1]
    const position = items.length > limit && last !== undefined ? encodePosition(last.id, 'maintenance') : undefined
    return context.json({ items: items.slice(0, limit).map(toJob), cursor: position }, 200)
  })

  app.openapi(routes.getMaintenance, async (context) =>
    context.json(toJob(await jobOf(context.req.valid('param'))), 200),
  )

  app.openapi(routes.listMaintenanceFindings, async (context) => {
    const { id: jobId } = await jobOf(context.req.valid('param'))
    const { limit, cursor } = context.req.valid('query')
    const startKey = decodeCursor(cursor, { pk: keys.maintenanceFinding(jobId, '').pk })
    const page = await listFindings(table, { jobId, limit, startKey })
    return context.json({ items: page.items.map(toFinding), cursor: encodeCursor(page.nextKey) }, 200)
  })

  app.openapi(routes.listBackups, async (context) => {
    const backups = await listBackups(objects)
    const items = backups.flatMap(({ record }): BackupEntry[] => {
      if (record === undefined) return []
      const { id, createdAt, items: count, sizeBytes, blobs } = record
      return [{ id, createdAt, items: count, sizeBytes, ...(blobs && { blobs: blobs.count }) }]
    })
    return context.json({ items }, 200)
  })

  async function jobOf({ id }: { id: string }): Promise<MaintenanceJobItem> {
    const job = await getJob(table, id)
    if (job !== undefined) return job
    throw new AppError({ code: 'maintenance_not_found', status: 404, message: `There is no maintenance job "${id}".` })
  }

  return app
}

function toJob(job: MaintenanceJobItem): MaintenanceJob {
  const { id, kind, options, state, phase, counts, memo, failure, createdAt, createdBy, updatedAt } = job
  const phases = phasesOf(job)
  const name = state === 'RUNNING' ? (phases[phase]?.name ?? '') : state.toLowerCase()
  const progress = { phase: name, phasesDone: Math.min(phase, phases.length), phasesTotal: phases.length }
  const backup = typeof memo.backup === 'string' ? { backup: memo.backup } : {}
  return { id, kind, options, state, progress, counts, ...backup, failure, createdAt, createdBy, updatedAt }
}

const toFinding = ({
  kind,
  place,
  severity,
  message,
  repairable,
  repaired,
}: MaintenanceFinding): MaintenanceFinding => ({
  kind,
  place,
  severity,
  message,
  repairable,
  repaired,
})
