import { expect } from 'vitest'

/** Replaces every occurrence of some bytes in the file. */
export function changed(bytes: Buffer, from: string, to: string): Buffer {
  const text = bytes.toString('latin1')
  expect(text).toContain(from)
  return Buffer.from(text.replaceAll(from, to), 'latin1')
}

/** Changes the size in the header only; the coded picture stays as it was. */
export function withSides(bytes: Buffer, width: number, height: number): Buffer {
  const copy = Buffer.from(bytes)
  const at = copy.indexOf('ispe')
  copy.writeUInt32BE(width, at + 8)
  copy.writeUInt32BE(height, at + 12)
  return copy
}

/** Adds a box: lengthens each box around it, and corrects the offsets of what follows. */
export function withBox(
  bytes: Buffer,
  { box, before, around }: { box: Buffer; before: number; around: string[] },
): Buffer {
  const copy = Buffer.concat([bytes.subarray(0, before), box, bytes.subarray(before)])
  for (const kind of around) {
    const at = copy.indexOf(kind) - 4
    copy.writeUInt32BE(copy.readUInt32BE(at) + box.length, at)
  }
  const iloc = copy.indexOf('iloc')
  const parts = copy.readUInt16BE(iloc + 10)
  for (let part = 0; part < parts; part++) {
    const at = iloc + 16 + 18 * part
    copy.writeUInt32BE(copy.readUInt32BE(at) + box.length, at)
  }
  return copy
}

/** One box of the file, with its header. */
export const boxOf = (bytes: Buffer, kind: string): Buffer => {
  const start = bytes.indexOf(kind) - 4
  return Buffer.from(bytes.subarray(start, start + bytes.readUInt32BE(start)))
}

/** Gives the transparency a size property of its own, at the end of the property list. */
export function withSideOfItsOwn(bytes: Buffer, width: number, height: number): Buffer {
  const own = Buffer.alloc(20)
  own.writeUInt32BE(20)
  own.write('ispe', 4)
  own.writeUInt32BE(width, 12)
  own.writeUInt32BE(height, 16)
  const before = bytes.indexOf('ipma') - 4
  return withProperty(withBox(bytes, { box: own, before, around: ['meta', 'iprp', 'ipco'] }), 7)
}

/** Replaces the size property of the transparency by another property. */
export function withProperty(bytes: Buffer, number: number): Buffer {
  const copy = Buffer.from(bytes)
  // Each of the two parts has its number, the number of its properties, and one byte for each.
  const parts = copy.indexOf('ipma') + 12
  const second = parts + 3 + (copy[parts + 2] ?? 0)
  expect([copy.readUInt16BE(second), copy[second + 4]]).toEqual([2, 2])
  copy[second + 4] = number
  return copy
}
