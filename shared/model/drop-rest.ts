import { isDropMarker } from '../objects/keys.ts'

/** How long a drop without a marker rests before it is complete, where nothing else is set. */
export const dropQuietSeconds = 300

/** An upload that is open for longer was left behind by whoever began it: its parts go by the bucket's own rule. */
const uploadLifeMs = 24 * 3600 * 1000

/**
 * How many seconds nothing may change before a drop is complete; 0 where it is. A marker ends it at once where it was
 * put last: what came after a marker shows that somebody copies the files in another order, and more may follow. So
 * does an upload in parts that is not completed, whose file is not among the found and will tell when it was begun.
 */
export function dropRestSeconds({ found, uploads, quietSeconds, now }: DropRest): number {
  const newestMs = latest(found.filter((file) => !isDropMarker(file)))
  const isMarked = latest(found.filter(isDropMarker)) >= newestMs
  if (isUploading({ found, uploads, now })) return Math.ceil(isMarked ? quietSeconds / 10 : quietSeconds)
  return isMarked ? 0 : Math.max(0, Math.ceil(quietSeconds - (now.getTime() - newestMs) / 1000))
}

/** What was begun before its file was put was given up and begun again. */
function isUploading({ found, uploads, now }: Omit<DropRest, 'quietSeconds'>): boolean {
  const putMs = new Map(found.map(({ key, modifiedAt }) => [key, modifiedAt.getTime()]))
  return uploads.some(({ key, startedAt }) => {
    const startedMs = startedAt.getTime()
    return now.getTime() - startedMs < uploadLifeMs && startedMs > (putMs.get(key) ?? Number.NEGATIVE_INFINITY)
  })
}

interface DropRest {
  found: readonly DroppedFile[]
  /** The uploads in parts that are not completed, as they were before the files were listed. */
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
