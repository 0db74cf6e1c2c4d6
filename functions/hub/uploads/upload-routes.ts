import type { Context } from 'hono'
import * as z from 'zod'
import { AppError, errors } from '../../../shared/errors.ts'
import type { HttpEnvironment } from '../../../shared/http/context.ts'
import { limitBody, readJson } from '../../../shared/http/json-body.ts'
import { PartsRefused, UploadMissing } from '../../../shared/objects/object-store.ts'
import { getUpload, isUploadId, type UploadItem } from '../../../shared/table/uploads.ts'
import { stagedKey, uploadMissing } from '../../../shared/uploads/prove-upload.ts'
import type { HubApp } from '../parts.ts'
import { receivePart, receiveWhole } from './receive-upload.ts'
import { settleUpload } from './settle-upload.ts'
import { judgeAddress } from './signed-address.ts'
import { isUploadComplete } from './upload-complete.ts'
import type { UploadParts } from './upload-parts.ts'

const partsMax = 10_000
const bodyMaxBytes = 1024 ** 2

const completion = z.object({
  oid: z.string(),
  parts: z
    .array(z.object({ partNumber: z.int().min(1).max(partsMax), etag: z.string().min(1).max(200) }))
    .max(partsMax),
})

/**
 * W5 to W7, at addresses signed by `uploadActions`: clients send bytes and join parts without a key. They come before
 * authentication.
 */
export function addUploadRoutes(app: HubApp, parts: UploadParts) {
  app.put('/api/uploads/:id/content', async (context) => {
    const upload = await uploadAt(context, 'PUT', parts)
    await receiveWhole(context, upload, parts)
    return context.body(null, 200, { etag: `"${upload.oid}"` })
  })

  app.put('/api/uploads/:id/parts/:number{[0-9]{1,5}}', async (context) => {
    const upload = await uploadAt(context, 'PUT', parts)
    return context.body(null, 200, { etag: await receivePart(context, upload, parts) })
  })

  app.post('/api/uploads/:id/complete', limitBody(bodyMaxBytes), async (context) => {
    const upload = await uploadAt(context, 'POST', parts)
    const { oid, parts: sent } = await readJson(context, completion)
    if (oid !== upload.oid) throw errors.invalidRequest(`This address belongs to the upload ${upload.oid}.`, 'oid')
    const numbers = sent.map(({ partNumber }) => partNumber).toSorted((a, b) => a - b)
    const count = Number(context.req.query('parts'))
    if (numbers.length !== count || numbers.some((number, at) => number !== at + 1))
      throw errors.invalidRequest(`The upload has the parts 1 to ${count}, each of them once.`, 'parts')
    const uploadId = context.req.query('upload') ?? ''
    if (upload.state === 'waiting') await joinParts({ upload, sent, uploadId }, parts)
    // Another client finished first.
    else await parts.objects.uploads.abort({ key: stagedKey(upload.id), uploadId })
    // A client that is told to retry would send all parts again; the commit reports it where it is still too early.
    await settleUpload({ upload, deadline: deadlineOf(parts) }, parts).catch((error) => {
      if (!(error instanceof AppError) || error.code !== 'upload_unproven') throw error
    })
    return context.json({ success: true })
  })

  app.post('/api/uploads/:id/verify', limitBody(bodyMaxBytes), async (context) => {
    const upload = await uploadAt(context, 'POST', parts)
    await settleUpload({ upload, deadline: deadlineOf(parts) }, parts)
    return context.json({ success: true })
  })
}

/** @throws AppError where the address is not ours or has expired */
async function uploadAt(
  context: Context<HttpEnvironment>,
  method: 'PUT' | 'POST',
  { table, uploadSecret, now }: UploadParts,
): Promise<UploadItem> {
  const id = context.req.param('id') ?? ''
  const url = new URL(context.req.url)
  const verdict = judgeAddress({ secret: await uploadSecret(), method, url, now: now() })
  if (verdict !== 'valid' || !isUploadId(id)) throw addressRefused(verdict)
  const upload = await getUpload(table, id, now())
  if (upload === undefined) throw uploadMissing(id.slice(id.indexOf('-') + 1))
  return upload
}

const addressRefused = (verdict: 'valid' | 'expired' | 'forged') =>
  new AppError({
    code: 'upload_address',
    status: 403,
    message:
      verdict === 'expired'
        ? 'This address of an upload has expired. Start the upload again.'
        : 'This is not a valid upload address. Start the upload again.',
  })

async function joinParts(
  { upload, sent, uploadId }: { upload: UploadItem; sent: { partNumber: number; etag: string }[]; uploadId: string },
  parts: UploadParts,
) {
  const key = stagedKey(upload.id)
  const inOrder = sent.toSorted((a, b) => a.partNumber - b.partNumber)
  try {
    await parts.objects.uploads.complete({ key, uploadId, parts: inOrder })
  } catch (error) {
    if (error instanceof PartsRefused)
      throw errors.invalidRequest(`The parts cannot be joined: ${error.message}`, 'parts')
    if (!(error instanceof UploadMissing)) throw error
    // The client repeats a request without an answer, or another one sent the same content.
    if (!(await isUploadComplete(upload, parts))) throw uploadMissing(upload.oid)
  }
}

const deadlineOf = ({ uploads, now }: UploadParts): Date => new Date(now().getTime() + uploads.waitMs)
