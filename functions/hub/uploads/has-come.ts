import { getUpload, type UploadItem } from '../../../shared/table/uploads.ts'
import { stagedKey } from '../../../shared/uploads/prove-upload.ts'
import type { UploadParts } from './upload-parts.ts'

/** Whether all of an upload has come by now, from whichever of the clients that send the same content to one repo. */
export async function hasCome(
  { id }: UploadItem,
  { table, objects, now }: Pick<UploadParts, 'table' | 'objects' | 'now'>,
): Promise<boolean> {
  // In this order: what was staged is removed only once the table says that it was proven.
  if ((await objects.head({ key: stagedKey(id) })) !== undefined) return true
  const found = await getUpload(table, id, now())
  return found?.state === 'arrived' || found?.state === 'proven'
}
