import { isDropMarker } from '../objects/keys.ts'

/** How long a drop without a marker rests before it is complete, where nothing else is set. */
export const dropQuietSeconds = 300

/**
 * How many seconds nothing may change before a drop is complete; 0 where it is. A marker ends it at once where it was
 * put last: what came after a marker shows that somebody copies the files in another order, and more may follow.
 */
export function dropRestSeconds({ found, quietSeconds, now }: DropRest): number {
  const newestMs = latest(found.filter((file) => !isDropMarker(file)))
  if (latest(found.filter(isDropMarker)) >= newestMs) return 0
  return Math.max(0, Math.ceil(quietSeconds - (now.getTime() - newestMs) / 1000))
}

interface DropRest {
  found: readonly DroppedFile[]
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
