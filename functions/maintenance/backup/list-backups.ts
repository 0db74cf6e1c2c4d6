import { buffer } from 'node:stream/consumers'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { ObjectMissing, type ObjectStore } from '../../../shared/objects/object-store.ts'
import { listUnder } from '../list-under.ts'
import { type BackupRecord, backupRecord, recordName } from './format.ts'

const backupFolder = /^backups\/(\d{8}T\d{6}Z-[0-9a-f]{6})\//

/** Every backup in the bucket by id, newest first, with the record of complete ones. */
export async function listBackups(objects: ObjectStore): Promise<{ id: string; record: BackupRecord | undefined }[]> {
  const ids = new Set<string>()
  // Ids begin with a year; the blobs are elsewhere.
  for await (const page of listUnder(objects, 'backups/2'))
    for (const { key } of page) ids.add(backupFolder.exec(key)?.[1] ?? '')
  ids.delete('')
  const newest = [...ids].toSorted().toReversed()
  return Promise.all(newest.map(async (id) => ({ id, record: await readRecord(objects, id) })))
}

/** @returns `undefined` for an incomplete backup, or one of an unknown format */
export async function readRecord(objects: ObjectStore, id: string): Promise<BackupRecord | undefined> {
  try {
    const { body } = await objects.get({ key: objectKeys.backup(id, recordName) })
    return backupRecord.safeParse(JSON.parse((await buffer(body)).toString())).data
  } catch (error) {
    if (error instanceof ObjectMissing || error instanceof SyntaxError) return undefined
    throw error
  }
}
