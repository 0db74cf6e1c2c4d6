import * as z from 'zod'

/** Asks for a job to be gone on with. */
export const maintenanceMessage = z.object({ jobId: z.string(), attempt: z.number().int().default(1) })

export type MaintenanceMessage = z.infer<typeof maintenanceMessage>
