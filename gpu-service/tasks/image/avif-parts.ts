import { avifPixelsMax, pictureSideMax } from './picture-limits.ts'

/** Coded pictures, what is written about them, and how a screen may show them brighter. Nothing else needs a decoder. */
const partsServed = new Set(['av01', 'Exif', 'mime', 'uri ', 'tmap'])
/** A picture, its transparency, a thumbnail and what is written about it are fewer. */
const partsMax = 32
/** A file has few boxes beside each other, however many bytes it has. */
const boxesMax = 256

/**
 * What of an AVIF the decoder is not to be given: the format may put a picture together of thousands of others, each
 * decoded for itself, of other formats, and of any size. Read before any of it is decoded. Absent for a plain one.
 */
export function avifFault(bytes: Uint8Array): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const whole = { start: 0, end: bytes.byteLength }
  try {
    const meta = find(boxesOf(view, whole), 'meta')
    const boxes = boxesOf(view, { start: meta.start + 4, end: meta.end })
    const parts = partsOf(view, find(boxes, 'iinf'))
    const pitm = find(boxes, 'pitm')
    const primary = view.getUint8(pitm.start) === 0 ? view.getUint16(pitm.start + 4) : view.getUint32(pitm.start + 4)
    const kind = parts.get(primary)
    if (kind === 'grid') return 'it is an AVIF of tiles, which is not served'
    const foreign = [...parts.values()].find((one) => !partsServed.has(one))
    if (kind === 'av01' && foreign === undefined) return sizeFault(view, find(boxes, 'iprp'))
    return `it holds a part "${(foreign ?? kind ?? 'none').replace(/[^\w ]/g, '?')}", which no plain AVIF does`
  } catch (error) {
    if (error instanceof RangeError) return 'it is broken: its boxes are not those of an AVIF'
    throw error
  }
}

interface Span {
  start: number
  end: number
}

type Box = Span & { kind: string }

/** @throws RangeError where one reaches beyond its parent, or there are too many */
function boxesOf(view: DataView, { start, end }: Span): Box[] {
  const boxes: Box[] = []
  for (let at = start; at < end; ) {
    const size = view.getUint32(at)
    const isLong = size === 1
    const length = isLong ? Number(view.getBigUint64(at + 8)) : size === 0 ? end - at : size
    const head = isLong ? 16 : 8
    if (length < head || at + length > end || boxes.length >= boxesMax) throw new RangeError('no box')
    boxes.push({ kind: kindAt(view, at + 4), start: at + head, end: at + length })
    at += length
  }
  return boxes
}

function find(boxes: readonly Box[], kind: string): Box {
  const found = boxes.find((box) => box.kind === kind)
  if (found === undefined) throw new RangeError(`no ${kind}`)
  return found
}

/** Every size is looked at, whichever picture has it: the decoder reads the transparency as well, and both as they are large. */
function sizeFault(view: DataView, iprp: Span): string | undefined {
  const properties = boxesOf(view, find(boxesOf(view, iprp), 'ipco'))
  for (const { start } of properties.filter(({ kind }) => kind === 'ispe')) {
    const width = view.getUint32(start + 4)
    const height = view.getUint32(start + 8)
    const said = `it holds a picture of ${width} x ${height}`
    if (Math.max(width, height) > pictureSideMax) return `${said} pixels; the limit is ${pictureSideMax} on a side`
    if (width * height > avifPixelsMax) return `${said}, which is more than ${avifPixelsMax} pixels`
  }
  return undefined
}

/** The kind of each part by its number. */
function partsOf(view: DataView, { start, end }: Span): Map<number, string> {
  const isShort = view.getUint8(start) === 0
  const count = isShort ? view.getUint16(start + 4) : view.getUint32(start + 4)
  const entries = boxesOf(view, { start: start + (isShort ? 6 : 8), end })
  if (count !== entries.length || count > partsMax) throw new RangeError('no list of parts')
  const parts = entries.map(({ start: at }): [number, string] => {
    const version = view.getUint8(at)
    if (version === 2) return [view.getUint16(at + 4), kindAt(view, at + 8)]
    if (version === 3) return [view.getUint32(at + 4), kindAt(view, at + 10)]
    throw new RangeError('no part')
  })
  // Of two with one number the decoder may take the other.
  if (new Set(parts.map(([number]) => number)).size !== parts.length) throw new RangeError('parts of one number')
  return new Map(parts)
}

const kindAt = (view: DataView, at: number): string =>
  String.fromCharCode(...[0, 1, 2, 3].map((offset) => view.getUint8(at + offset)))
