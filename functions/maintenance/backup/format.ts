import * as z from 'zod'

/** What a backup says of one of its parts: what was read back of it after it was written. */
export const backupPart = z.object({
  /** Below the backup's folder. */
  name: z.string().regex(/^[\w.-]+$/),
  kind: z.enum(['items', 'blobs']),
  lines: z.number().int(),
  sizeBytes: z.number().int(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})

/** `backups/{id}/backup.json`, written last: a backup without it is none. `format` grows when a reader of today could no longer read it. */
export const backupRecord = z.object({
  format: z.literal(1),
  id: z.string(),
  createdAt: z.string(),
  /** When the last item was read: what was written meanwhile is in it, or not. */
  endedAt: z.string(),
  items: z.number().int(),
  /** By their kinds. */
  itemsOf: z.record(z.string(), z.number().int()),
  sizeBytes: z.number().int(),
  /** Of backups with objects: how many blobs, and of what size. */
  blobs: z.object({ count: z.number().int(), sizeBytes: z.number().int() }).optional(),
  parts: z.array(backupPart),
})

export type BackupRecord = z.infer<typeof backupRecord>
export type BackupPart = z.infer<typeof backupPart>

export const recordName = 'backup.json'
