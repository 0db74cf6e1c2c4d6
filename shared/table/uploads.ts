import { keys } from './keys.ts'
import type { Table } from './table.ts'

/**
 * An object that a Hub client uploads before the commit that names it.
 *
 *   waiting ──all bytes arrived──▶ arrived ──the hash is right──▶ proven
 *                                     └──────it is wrong────────▶ refused
 *
 * Small objects go from waiting to proven in one step. An upload belongs to one repo, and proves that somebody who may
 * write there had these bytes: it never reveals whether other owners have the same content.
 */
export interface UploadItem {
  id: string
  repoId: string
  /** The sha256 that the client announced. */
  oid: string
  sizeBytes: number
  state: 'waiting' | 'arrived' | 'proven' | 'refused'
  /** Why it was refused. */
  fault?: string | undefined
  /** The store's multipart upload. */
  multipart?: { uploadId: string; partBytes: number; begunAt: string } | undefined
  createdBy: string
  createdAt: string
  expiresAt: number
}

/** As long as the bucket keeps staged objects. */
const lifeSeconds = 7 * 24 * 3600

/** One upload per content and repo, however many clients send it. */
export const uploadIdOf = ({ repoId, oid }: { repoId: string; oid: string }): string => `${repoId}-${oid}`

export const isUploadId = (text: string): boolean => /^[0-9a-f]{24}-[0-9a-f]{64}$/.test(text)

export async function getUpload(table: Table, id: string, now: Date): Promise<UploadItem | undefined> {
  const item = await table.get<UploadItem>(keys.upload(id))
  return item === undefined || item.expiresAt * 1000 <= now.getTime() ? undefined : item
}

/** Begins an upload, or begins it again. @throws ConditionFailed where the current state is not `seen` */
export async function putUpload(table: Table, { upload, seen, now }: PutUpload): Promise<UploadItem> {
  const id = uploadIdOf(upload)
  const item = { ...upload, id, createdAt: now.toISOString(), expiresAt: expiryOf(now) }
  const condition =
    seen === undefined
      ? { expression: 'attribute_not_exists(pk) OR expiresAt <= :now', values: { ':now': secondsOf(now) } }
      : { expression: unchanged, names: { '#state': 'state' }, values: valuesOf(seen) }
  await table.put({ ...keys.upload(id), ...item }, condition)
  return item
}

interface PutUpload {
  upload: Omit<UploadItem, 'id' | 'createdAt' | 'expiresAt'>
  /** The unexpired state that was read, if any. */
  seen: UploadItem | undefined
  now: Date
}

const unchanged = '#state = :seen AND expiresAt = :until'
const valuesOf = ({ state, expiresAt }: UploadItem) => ({ ':seen': state, ':until': expiresAt })

/**
 * Changes the state of an upload and extends its life. A proven upload cannot be refused.
 * @throws ConditionFailed for that, or where the current state is not `seen`
 */
export async function moveUpload(table: Table, { id, state, fault, seen, now }: MoveUpload): Promise<void> {
  const isRefusal = state === 'refused'
  await table.update(keys.upload(id), {
    // A completed or refused upload has no parts.
    expression: `SET #state = :state, expiresAt = :expiresAt${fault === undefined ? '' : ', fault = :fault'} REMOVE multipart${fault === undefined ? ', fault' : ''}`,
    condition: seen === undefined ? `attribute_exists(pk)${isRefusal ? ' AND #state <> :proven' : ''}` : unchanged,
    names: { '#state': 'state' },
    values: {
      ...(isRefusal && seen === undefined && { ':proven': 'proven' }),
      ':state': state,
      ':expiresAt': expiryOf(now),
      ...(fault !== undefined && { ':fault': fault }),
      ...(seen !== undefined && valuesOf(seen)),
    },
  })
}

interface MoveUpload {
  id: string
  state: UploadItem['state']
  fault?: string
  seen?: UploadItem
  now: Date
}

/** When the upload began or last changed. */
export const movedAtMs = ({ expiresAt }: Pick<UploadItem, 'expiresAt'>): number => (expiresAt - lifeSeconds) * 1000

const expiryOf = (now: Date): number => secondsOf(now) + lifeSeconds

const secondsOf = (now: Date): number => Math.floor(now.getTime() / 1000)
