export interface Span {
  start: number
  end: number
}

type Box = Span & { kind: string }

/** The most sibling boxes; real files have few, whatever their size. */
const boxesMax = 256

/**
 * Reads the boxes of a range. @throws RangeError if a box exceeds its parent, has an implausible length, or there are
 * too many
 */
export function boxesOf(view: DataView, { start, end }: Span): Box[] {
  const boxes: Box[] = []
  for (let at = start; at < end; ) {
    const size = view.getUint32(at)
    const kind = kindAt(view, at + 4)
    // Metadata is short: only image data may have a 64-bit length or extend to the end.
    if (size < 2 && kind !== 'mdat') throw new RangeError('no plain length')
    const length = size === 1 ? Number(view.getBigUint64(at + 8)) : size === 0 ? end - at : size
    const head = size === 1 ? 16 : 8
    if (length < head || at + length > end || boxes.length >= boxesMax) throw new RangeError('no box')
    boxes.push({ kind, start: at + head, end: at + length })
    at += length
  }
  return boxes
}

/** Returns the only box of its kind; if there were two, the decoder might use the other. @throws RangeError */
export function onlyOne(boxes: readonly Box[], kind: string): Box {
  const [found, second] = boxes.filter((box) => box.kind === kind)
  if (found === undefined || second !== undefined) throw new RangeError(`not one ${kind}`)
  return found
}

export const kindAt = (view: DataView, at: number): string =>
  String.fromCharCode(...[0, 1, 2, 3].map((offset) => view.getUint8(at + offset)))
