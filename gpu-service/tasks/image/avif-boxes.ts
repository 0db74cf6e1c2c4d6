export interface Span {
  start: number
  end: number
}

export type Box = Span & { kind: string }

/** A file has few boxes beside each other, however many bytes it has. */
const boxesMax = 256

/** @throws RangeError where one reaches beyond its parent, its length is not plain, or there are too many */
export function boxesOf(view: DataView, { start, end }: Span): Box[] {
  const boxes: Box[] = []
  for (let at = start; at < end; ) {
    const size = view.getUint32(at)
    const kind = kindAt(view, at + 4)
    // What is written about pictures is short: only they themselves may say that they are long, or all that is left.
    if (size < 2 && kind !== 'mdat') throw new RangeError('no plain length')
    const length = size === 1 ? Number(view.getBigUint64(at + 8)) : size === 0 ? end - at : size
    const head = size === 1 ? 16 : 8
    if (length < head || at + length > end || boxes.length >= boxesMax) throw new RangeError('no box')
    boxes.push({ kind, start: at + head, end: at + length })
    at += length
  }
  return boxes
}

/** The one of its kind: of two the decoder may take the other. @throws RangeError */
export function onlyOne(boxes: readonly Box[], kind: string): Box {
  const [found, second] = boxes.filter((box) => box.kind === kind)
  if (found === undefined || second !== undefined) throw new RangeError(`not one ${kind}`)
  return found
}

export const kindAt = (view: DataView, at: number): string =>
  String.fromCharCode(...[0, 1, 2, 3].map((offset) => view.getUint8(at + offset)))
