import { decodePicture, lockDecoder, PictureFault } from './decode-picture.ts'
import { fitPicture } from './fit.ts'
import type { PictureReply, PictureRequest } from './picture-messages.ts'
import { resizePicture } from './resize-picture.ts'

/**
 * The process that decodes pictures. Native code reads untrusted files here: a crash or a hang must stop neither the
 * service nor the decoding of other pictures.
 */
lockDecoder()

process.on('message', async (request: PictureRequest) => {
  const reply = await answer(request)
  process.send?.(reply)
})

async function answer({ id, bytes, fit }: PictureRequest): Promise<PictureReply> {
  try {
    const picture = await decodePicture(bytes)
    return { id, ok: true, planes: resizePicture(picture, { fit: fitPicture(picture, fit), resample: fit.resample }) }
  } catch (error) {
    if (error instanceof PictureFault) return { id, ok: false, fault: error.message }
    throw error
  }
}
