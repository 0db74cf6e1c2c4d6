import { createRoute, z } from '@hono/zod-openapi'
import { backupEntry, createMaintenance, maintenanceFinding, maintenanceJob } from './maintenance.ts'
import { body, failures, json, security } from './route-parts.ts'
import { pageOf, pageQuery } from './words.ts'

const jobId = z
  .string()
  .regex(/^job_[0-9a-f]{24}$/, 'must be the id of a job, as POST /api/v1/maintenance answers it')
  .openapi({ example: 'job_019a1b2c3d4e5f60718293a4' })

const tags = ['maintenance']

/** For platform admins only. */
export const maintenanceRoutes = {
  startMaintenance: createRoute({
    method: 'post',
    path: '/api/v1/maintenance',
    tags,
    summary: 'Check and repair the registry, collect its garbage, back it up, or restore a backup: one job at a time',
    security,
    request: body(createMaintenance),
    responses: {
      200: json(maintenanceJob, 'The same job, which is already running.'),
      202: json(maintenanceJob, 'The job that was started.'),
      ...failures,
    },
  }),
  listMaintenance: createRoute({
    method: 'get',
    path: '/api/v1/maintenance',
    tags,
    summary: 'The jobs, newest first',
    security,
    request: { query: pageQuery },
    responses: { 200: json(pageOf(maintenanceJob), 'A page of jobs.'), ...failures },
  }),
  getMaintenance: createRoute({
    method: 'get',
    path: '/api/v1/maintenance/{id}',
    tags,
    summary: 'A job and its progress',
    security,
    request: { params: z.object({ id: jobId }) },
    responses: { 200: json(maintenanceJob, 'The job.'), ...failures },
  }),
  listMaintenanceFindings: createRoute({
    method: 'get',
    path: '/api/v1/maintenance/{id}/findings',
    tags,
    summary: 'The findings of a check',
    security,
    request: { params: z.object({ id: jobId }), query: pageQuery },
    responses: { 200: json(pageOf(maintenanceFinding), 'A page of findings, by kind.'), ...failures },
  }),
  listBackups: createRoute({
    method: 'get',
    path: '/api/v1/backups',
    tags,
    summary: 'The complete backups in the bucket, newest first',
    security,
    responses: { 200: json(z.object({ items: z.array(backupEntry) }), 'The backups.'), ...failures },
  }),
}
