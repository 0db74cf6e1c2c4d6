import { createHash } from 'node:crypto'
import { AppError } from '../errors.ts'
import { objectKeys } from '../objects/keys.ts'
import { ObjectChanged, ObjectMissing, type ObjectStore } from '../objects/object-store.ts'
import { conditionHeld } from '../table/condition-held.ts'
import type { Table } from '../table/table.ts'
import { getUpload, moveUpload, type UploadItem } from '../table/uploads.ts'

/** Where an upload waits for verification; files are never served from there. */
export const stagedKey = (uploadId: string): string => objectKeys.staging(uploadId, 'content')

interface ProofDependencies {
  table: Table
  objects: ObjectStore
  now: () => Date
  signal?: AbortSignal | undefined
}

const triesMax = 3

/**
 * Reads an upload once and turns it into a blob if its hash is right. Safe against repeated deliveries and clients that
 * send the object again meanwhile.
 * @throws AppError `upload_refused`, `upload_missing`
 */
export async function proveUpload(upload: UploadItem, dependencies: ProofDependencies): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await proveStaged(upload, dependencies)
    } catch (error) {
      if (error instanceof ObjectMissing) return requireProven(upload, dependencies)
      if (!(error instanceof ObjectChanged) || tries === triesMax) throw error
    }
  }
}

async function proveStaged(upload: UploadItem, { table, objects, now, signal }: ProofDependencies) {
  const { id, oid, sizeBytes } = upload
  const from = stagedKey(id)
  const staged = await objects.get({ key: from, ...(signal && { signal }) })
  const found = staged.sizeBytes === sizeBytes ? await sha256Of(staged.body) : undefined
  if (found !== oid) {
    await staged.cancel()
    const fault =
      found === undefined
        ? `${staged.sizeBytes} bytes came, ${sizeBytes} were announced`
        : `its sha256 is ${found}, not ${oid}`
    const isRefused = await conditionHeld(() => moveUpload(table, { id, state: 'refused', fault, now: now() }))
    await objects.delete({ keys: [from] })
    if (!isRefused) return requireProven(upload, { table, now })
    throw uploadRefused(oid, fault)
  }
  const to = objectKeys.blob(oid)
  if ((await objects.head({ key: to })) === undefined) await objects.copy({ from, to, ifMatch: staged.etag })
  await moveUpload(table, { id, state: 'proven', now: now() })
  await objects.delete({ keys: [from] })
}

/** The staged bytes are gone where another delivery proved or refused them a moment ago. */
async function requireProven({ id, oid }: UploadItem, { table, now }: Pick<ProofDependencies, 'table' | 'now'>) {
  const after = await getUpload(table, id, now())
  if (after?.state === 'proven') return
  throw after?.state === 'refused'
    ? uploadRefused(oid, after.fault ?? 'its content differs from what was announced')
    : uploadMissing(oid)
}

async function sha256Of(body: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of body) hash.update(chunk)
  return hash.digest('hex')
}

export const uploadRefused = (oid: string, fault: string) =>
  new AppError({
    code: 'upload_refused',
    status: 422,
    message: `The upload of ${oid} was refused: ${fault}. Send the file again.`,
  })

export const uploadMissing = (oid: string, path?: string) =>
  new AppError({
    code: 'upload_missing',
    status: 422,
    message: `The content ${oid}${path === undefined ? '' : ` of "${path}"`} was not uploaded to this repo. Send the file again.`,
  })
