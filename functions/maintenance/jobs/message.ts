import * as z from 'zod'

/** Asks a worker to continue a job. */
export const maintenanceMessage = z.object({ jobId: z.string(), attempt: z.number().int().default(1) })

export type MaintenanceMessage = z.infer<typeof maintenanceMessage>
