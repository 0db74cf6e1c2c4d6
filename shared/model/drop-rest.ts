import { isDropMarker } from '../objects/keys.ts'

/** How long a drop without a marker must stay unchanged to be complete, by default. */
export const dropQuietSeconds = 300

/** An upload that is open for longer was abandoned; the bucket's lifecycle rule removes its parts. */
const uploadLifeMs = 24 * 3600 * 1000

/**
 * How many seconds a drop must still stay unchanged before it is complete; 0 once it is. A marker completes it at once
 * if it is the newest file; files after the marker mean that somebody copies in another order, and more may follow. An
 * unfinished multipart upload also delays it, since its file is not among `found` yet.
 */
export function dropRestSeconds({ found, uploads, quietSeconds, now }: DropRest): number {
  const newestMs = latest(found)
  const isMarked = latest(found.filter(isDropMarker)) >= newestMs
  if (isUploading({ found, uploads, now })) return Math.ceil(isMarked ? quietSeconds / 10 : quietSeconds)
  return isMarked ? 0 : Math.max(0, Math.ceil(quietSeconds - (now.getTime() - newestMs) / 1000))
}

/** An upload that is older than its file was given up and started again. */
function isUploading({ found, uploads, now }: Omit<DropRest, 'quietSeconds'>): boolean {
  const putMs = new Map(found.map(({ key, modifiedAt }) => [key, modifiedAt.getTime()]))
  return uploads.some(({ key, startedAt }) => {
    const startedMs = startedAt.getTime()
    return now.getTime() - startedMs < uploadLifeMs && startedMs > (putMs.get(key) ?? Number.NEGATIVE_INFINITY)
  })
}

interface DropRest {
  found: readonly DroppedFile[]
  /** Unfinished multipart uploads, listed before the files. */
  uploads: readonly { key: string; startedAt: Date }[]
  quietSeconds: number
  now: Date
}

interface DroppedFile {
  /** `drop/{owner}/{name}/{version}/{path}` */
  key: string
  modifiedAt: Date
}

const latest = (files: readonly DroppedFile[]): number =>
  files.reduce((newest, { modifiedAt }) => Math.max(newest, modifiedAt.getTime()), Number.NEGATIVE_INFINITY)
