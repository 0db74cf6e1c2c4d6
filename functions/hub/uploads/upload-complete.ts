import { getUpload, type UploadItem } from '../../../shared/table/uploads.ts'
import { stagedKey } from '../../../shared/uploads/prove-upload.ts'
import type { UploadParts } from './upload-parts.ts'

/** Whether an upload is complete, whichever client sent the content to this repo. */
export async function isUploadComplete(
  { id }: UploadItem,
  { table, objects, now }: Pick<UploadParts, 'table' | 'objects' | 'now'>,
): Promise<boolean> {
  // In this order, because staged content is removed only after the table says that it was proven.
  if ((await objects.head({ key: stagedKey(id) })) !== undefined) return true
  const found = await getUpload(table, id, now())
  return found?.state === 'arrived' || found?.state === 'proven'
}
