export const varint = (value: bigint): number[] => {
  const bytes: number[] = []
  let left = BigInt.asUintN(64, value)
  do {
    bytes.push(Number(left & 0x7fn) | (left > 0x7fn ? 0x80 : 0))
    left >>= 7n
  } while (left > 0n)
  return bytes
}

export const number = (field: number, value: bigint | number): Buffer =>
  Buffer.from([...varint(BigInt(field) * 8n), ...varint(BigInt(value))])

export const message = (field: number, ...parts: (Uint8Array | string)[]): Buffer => {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)))
  return Buffer.concat([Buffer.from([...varint(BigInt(field) * 8n + 2n), ...varint(BigInt(body.length))]), body])
}

export const entry = (field: number, key: string, value: string): Buffer =>
  message(field, message(1, key), message(2, value))

const shape = (...sizes: (bigint | string)[]) =>
  message(
    2,
    ...sizes.map((size) => (typeof size === 'string' ? message(1, message(2, size)) : message(1, number(1, size)))),
  )

/** An input (field 11) or an output (field 12) of floats. */
export const tensor = (field: number, name: string, ...sizes: (bigint | string)[]): Buffer =>
  message(field, message(1, name), message(2, message(1, number(1, 1), shape(...sizes))))

/** A weight whose bytes are in another file. */
export const externalWeight = (name: string, location: string): Buffer =>
  message(5, message(8, name), entry(13, 'location', location), entry(13, 'offset', '0'), number(14, 1))

export const onnxModel = (...graph: Buffer[]): Buffer => Buffer.concat([number(1, 8), message(7, ...graph)])
