import * as z from 'zod'

/** A backup's description of one of its parts, computed from reading it back. */
export const backupPart = z.object({
  /** Relative to the backup's folder. */
  name: z.string().regex(/^[\w.-]+$/),
  kind: z.enum(['items', 'blobs']),
  lines: z.number().int(),
  sizeBytes: z.number().int(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})

/**
 * `backups/{id}/backup.json`, written last: without it a backup is incomplete. `format` is raised for changes that
 * current readers could not read.
 */
export const backupRecord = z.object({
  format: z.literal(1),
  id: z.string(),
  createdAt: z.string(),
  /** When the last item was read; later writes are not included. */
  endedAt: z.string(),
  items: z.number().int(),
  /** By kind. */
  itemsOf: z.record(z.string(), z.number().int()),
  sizeBytes: z.number().int(),
  /** For backups with objects: the number of blobs and their size. */
  blobs: z.object({ count: z.number().int(), sizeBytes: z.number().int() }).optional(),
  parts: z.array(backupPart),
})

export type BackupRecord = z.infer<typeof backupRecord>
export type BackupPart = z.infer<typeof backupPart>

export const recordName = 'backup.json'
