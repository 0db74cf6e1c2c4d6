import type { z } from 'zod'
import type { BackupEntry, createMaintenance, MaintenanceFinding, MaintenanceJob } from '../contract/maintenance.ts'
import { type Page, type PageRequest, queryOf, type Send } from './request.ts'

/** Jobs on the whole registry, for platform admins. */
export const maintenanceClient = (send: Send) => ({
  startMaintenance: async (wanted: z.input<typeof createMaintenance>) =>
    (await send<MaintenanceJob>('POST', '/api/v1/maintenance', wanted)).answer,
  getMaintenance: async (id: string) =>
    (await send<MaintenanceJob>('GET', `/api/v1/maintenance/${encodeURIComponent(id)}`)).answer,
  listMaintenanceFindings: async (id: string, request: PageRequest = {}) => {
    const path = `/api/v1/maintenance/${encodeURIComponent(id)}/findings${queryOf(request)}`
    return (await send<Page<MaintenanceFinding>>('GET', path)).answer
  },
  listBackups: async () => (await send<{ items: BackupEntry[] }>('GET', '/api/v1/backups')).answer,
})
