import { boxesOf, onlyOne, type Span } from './avif-boxes.ts'
import { avifPixelsMax, pictureSideMax } from './picture-limits.ts'

/** Items without an image may have properties, too. */
const partsMax = 64

/**
 * Returns what is wrong with the size of any coded image of an AVIF. All are checked, because the decoder also reads
 * the transparency and holds each image only to the size in its own header.
 *
 * @throws RangeError if an image declares no size, or more than one
 */
export function avifSizeFault(view: DataView, { iprp, coded }: AvifSizes): string | undefined {
  const boxes = boxesOf(view, iprp)
  const properties = boxesOf(view, onlyOne(boxes, 'ipco'))
  const numbers = propertiesOfParts(view, onlyOne(boxes, 'ipma'))
  for (const part of coded) {
    const [size, second] = (numbers.get(part) ?? []).flatMap((number) => {
      const property = properties[number - 1]
      return property?.kind === 'ispe' && property.end === property.start + 12 ? [property] : []
    })
    if (size === undefined || second !== undefined) throw new RangeError('not one size')
  }
  for (const { start, kind } of properties) {
    const fault = kind === 'ispe' ? faultOf(view.getUint32(start + 4), view.getUint32(start + 8)) : undefined
    if (fault !== undefined) return `it holds a picture of ${fault}`
  }
  return undefined
}

interface AvifSizes {
  iprp: Span
  /** The items that a decoder would read. */
  coded: readonly number[]
}

function faultOf(width: number, height: number): string | undefined {
  if (Math.max(width, height) > pictureSideMax)
    return `${width} x ${height} pixels; the limit is ${pictureSideMax} on a side`
  return width * height > avifPixelsMax ? `${width} x ${height}, which is more than ${avifPixelsMax} pixels` : undefined
}

/** The 1-based property indices of each item. */
function propertiesOfParts(view: DataView, { start, end }: Span): Map<number, number[]> {
  const isShort = view.getUint8(start) === 0
  const isWide = (view.getUint8(start + 3) & 1) === 1
  const count = view.getUint32(start + 4)
  if (count > partsMax) throw new RangeError('no list of properties')
  const parts = new Map<number, number[]>()
  let at = start + 8
  for (let entry = 0; entry < count; entry++) {
    const part = isShort ? view.getUint16(at) : view.getUint32(at)
    at += isShort ? 2 : 4
    const properties = Array.from({ length: view.getUint8(at++) }, () => {
      const number = isWide ? view.getUint16(at) & 0x7fff : view.getUint8(at) & 0x7f
      at += isWide ? 2 : 1
      return number
    })
    if (at > end || parts.has(part)) throw new RangeError('no list of properties')
    parts.set(part, properties)
  }
  return parts
}
