/** Encodes fields of a protobuf message, which is their concatenation. */
export const integer = (field: number, value: number): Buffer => Buffer.concat([varint(field * 8), varint(value)])

export const bytes = (field: number, value: Uint8Array): Buffer =>
  Buffer.concat([tagAndLength(field, value.length), value])

/** The header of a length-delimited field. */
export const tagAndLength = (field: number, sizeBytes: number): Buffer =>
  Buffer.concat([varint(field * 8 + 2), varint(sizeBytes)])

export const message = (field: number, ...parts: Buffer[]): Buffer => bytes(field, Buffer.concat(parts))

export const string = (field: number, value: string): Buffer => bytes(field, Buffer.from(value))

function varint(value: number): Buffer {
  const out: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) out.push((rest % 128) | 0x80)
  return Buffer.from([...out, rest])
}
