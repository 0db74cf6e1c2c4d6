import sharp from 'sharp'
import { avifFault } from './avif-parts.ts'
import { asFirstFrame } from './first-frame.ts'
import { formatOf, pictureFormats } from './picture-format.ts'
import { avifPixelsMax, picturePixelsMax, pictureSideMax } from './picture-limits.ts'
import type { Picture } from './resize-picture.ts'

/** The picture is invalid or exceeds a limit. The message is for the caller and names neither path nor host. */
export class PictureFault extends Error {
  override name = 'PictureFault'
}

const decodeSecondsMax = 10

/** Restricts libvips to the served formats, whatever a file claims to be. */
export function lockDecoder(): void {
  sharp.cache(false)
  sharp.concurrency(1)
  sharp.block({ operation: ['VipsForeignLoad'] })
  const loaders = ['JpegBuffer', 'PngBuffer', 'WebpBuffer', 'NsgifBuffer', 'HeifBuffer']
  sharp.unblock({ operation: loaders.map((name) => `VipsForeignLoad${name}`) })
}

/**
 * Decodes the first frame, upright, to RGB bytes. Drops transparency and ignores colour profiles, as Pillow's
 * `convert('RGB')` does, because models were trained on its output. Grey of 16 bits keeps its upper 8, as colours of 16
 * bits do in Pillow, too: Pillow makes all grey above 255 of 65,535 white, of which a model sees nothing.
 *
 * @throws PictureFault
 */
export async function decodePicture(file: Uint8Array): Promise<Picture> {
  const format = formatOf(file)
  const isAvif = format === 'avif'
  const bytes = asFirstFrame(file, format)
  const fault = isAvif ? avifFault(bytes) : undefined
  if (fault !== undefined) throw new PictureFault(fault)
  const pixelsMax = isAvif ? avifPixelsMax : picturePixelsMax
  const refuse = refusalOf(pixelsMax)
  const options = {
    limitInputPixels: pixelsMax,
    failOn: 'error',
    ignoreIcc: true,
    sequentialRead: true,
  } as const
  const { width, height, space = 'srgb' } = await sharp(bytes, options).metadata().catch(refuse)
  if (Math.max(width, height) > pictureSideMax)
    throw new PictureFault(`it has ${width} x ${height} pixels; the limit is ${pictureSideMax} on a side`)
  const isCmyk = space === 'cmyk'
  const image = sharp(bytes, options).timeout({ seconds: decodeSecondsMax }).autoOrient()
  const converted = isCmyk
    ? image.pipelineColourspace('cmyk').toColourspace('cmyk')
    : image.removeAlpha().toColourspace('srgb')
  const { data, info } = await converted.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true }).catch(refuse)
  return { width: info.width, height: info.height, data: toRgb(data, { channels: info.channels, isCmyk }) }
}

function toRgb(data: Uint8Array, { channels, isCmyk }: { channels: number; isCmyk: boolean }): Uint8Array {
  if (channels === 3) return data
  const out = new Uint8Array((data.length / channels) * 3)
  for (let from = 0, to = 0; from < data.length; from += channels, to += 3)
    for (let channel = 0; channel < 3; channel++)
      out[to + channel] = isCmyk
        ? fromCmyk(data[from + channel] as number, data[from + 3] as number)
        : (data[channels < 3 ? from : from + channel] as number)
  return out
}

/** Pillow's CMYK conversion, which ignores profiles. */
function fromCmyk(ink: number, black: number): number {
  const light = 255 - black
  const product = ink * light + 128
  return Math.max(0, light - (((product >> 8) + product) >> 8))
}

const refusalOf = (pixelsMax: number) => (error: unknown) => {
  const reason = error instanceof Error ? error.message : ''
  if (/pixel limit/i.test(reason)) throw new PictureFault(`it has more than ${pixelsMax} pixels`)
  if (/timeout/i.test(reason)) throw new PictureFault(`it takes more than ${decodeSecondsMax} s to decode`)
  throw new PictureFault(`it is broken, or not a ${pictureFormats} picture`)
}
