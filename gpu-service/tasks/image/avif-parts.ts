import { boxesOf, kindAt, onlyOne, type Span } from './avif-boxes.ts'
import { avifSizeFault } from './avif-sizes.ts'

/** Coded images, metadata, and gain maps for HDR screens; nothing else needs a decoder. */
const partsServed = new Set(['av01', 'Exif', 'mime', 'uri ', 'tmap'])
/** More than an image with its transparency, thumbnail and metadata has. */
const partsMax = 32

/**
 * Returns why an AVIF must not be decoded, or undefined for a plain one. The format allows an image composed of
 * thousands of others, each decoded separately, in other formats and of any size; this reads the structure before
 * anything is decoded.
 */
export function avifFault(bytes: Uint8Array): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const whole = { start: 0, end: bytes.byteLength }
  try {
    const outer = boxesOf(view, whole)
    const meta = onlyOne(outer, 'meta')
    // The compact form of the same description, which newer decoders may prefer.
    if (outer.some(({ kind }) => kind === 'mini')) throw new RangeError('two descriptions')
    const boxes = boxesOf(view, { start: meta.start + 4, end: meta.end })
    const parts = partsOf(view, onlyOne(boxes, 'iinf'))
    onlyOne(boxes, 'iloc')
    const pitm = onlyOne(boxes, 'pitm')
    const primary = view.getUint8(pitm.start) === 0 ? view.getUint16(pitm.start + 4) : view.getUint32(pitm.start + 4)
    const kind = parts.get(primary)
    if (kind === 'grid') return 'it is an AVIF of several tiles, which is not served'
    const foreign = [...parts.values()].find((one) => !partsServed.has(one))
    if (kind === 'av01' && foreign === undefined) {
      const coded = [...parts].flatMap(([part, one]) => (one === 'av01' ? [part] : []))
      return avifSizeFault(view, { iprp: onlyOne(boxes, 'iprp'), coded })
    }
    return `it holds a part "${(foreign ?? kind ?? 'none').replace(/[^\w ]/g, '?')}", which a plain AVIF does not`
  } catch (error) {
    if (error instanceof RangeError) return 'it is broken: its boxes are not those of an AVIF'
    throw error
  }
}

/** The type of each item by its id. */
function partsOf(view: DataView, { start, end }: Span): Map<number, string> {
  const isShort = view.getUint8(start) === 0
  const count = isShort ? view.getUint16(start + 4) : view.getUint32(start + 4)
  const entries = boxesOf(view, { start: start + (isShort ? 6 : 8), end })
  if (count !== entries.length || count > partsMax) throw new RangeError('no list of parts')
  const parts = entries.map(({ kind, start: at }): [number, string] => {
    if (kind !== 'infe') throw new RangeError('no part')
    const version = view.getUint8(at)
    if (version === 2) return [view.getUint16(at + 4), kindAt(view, at + 8)]
    if (version === 3) return [view.getUint32(at + 4), kindAt(view, at + 10)]
    throw new RangeError('no part')
  })
  // If two items shared an id, the decoder might use the other.
  if (new Set(parts.map(([number]) => number)).size !== parts.length) throw new RangeError('parts of one number')
  return new Map(parts)
}
