import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { objectKeys } from '../../../shared/objects/keys.ts'
import type { ObjectStore } from '../../../shared/objects/object-store.ts'
import { MaintenanceFault } from '../jobs/phase.ts'
import type { BackupPart } from './format.ts'

/** Writes a part as lines of JSON and reads it back; its description is of what was read. */
export async function writePart(objects: ObjectStore, { id, name, kind, lines }: WritePart): Promise<BackupPart> {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  const body = await promisify(gzip)(text)
  const sha256 = sha256Of(body)
  const part: BackupPart = { name, kind, lines: lines.length, sizeBytes: body.byteLength, sha256 }
  await objects.put({ key: objectKeys.backup(id, name), body, sizeBytes: body.byteLength, sha256 })
  await readPart(objects, { id, part })
  return part
}

interface WritePart {
  id: string
  name: string
  kind: BackupPart['kind']
  lines: readonly unknown[]
}

/** @throws MaintenanceFault `backup_damaged` where it does not match its description */
export async function readPart<Line>(
  objects: ObjectStore,
  { id, part }: { id: string; part: BackupPart },
): Promise<Line[]> {
  const key = objectKeys.backup(id, part.name)
  const damaged = (what: string) => new MaintenanceFault('backup_damaged', `${key} of the backup ${what}.`)
  if ((await objects.head({ key })) === undefined) throw damaged('is not there')
  const body = await buffer((await objects.get({ key })).body)
  if (sha256Of(body) !== part.sha256) throw damaged('is not what was written')
  const text = (await promisify(gunzip)(body)).toString()
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
  if (lines.length !== part.lines) throw damaged(`has ${lines.length} lines instead of ${part.lines}`)
  return lines
}

const sha256Of = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex')
