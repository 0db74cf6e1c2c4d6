const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
const wide = (value: bigint | number) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}
export const text = (value: string) => Buffer.concat([wide(Buffer.byteLength(value)), Buffer.from(value)])

export const textField = (name: string, value: string) => Buffer.concat([text(name), uint32(8), text(value)])
export const uint32Field = (name: string, value: number) => Buffer.concat([text(name), uint32(4), uint32(value)])
export const boolField = (name: string, value: boolean) =>
  Buffer.concat([text(name), uint32(7), Buffer.from([value ? 1 : 0])])
export const listField = (name: string, kind: number, length: number | bigint, content: Buffer) =>
  Buffer.concat([text(name), uint32(9), uint32(kind), wide(length), content])

export const tensorInfo = (name: string, ...sizes: (number | bigint)[]) =>
  Buffer.concat([text(name), uint32(sizes.length), ...sizes.map(wide), uint32(0), wide(0)])

export function ggufFile({ fields = [], tensors = [], counts = {}, version = 3 }: GgufInput): Buffer {
  const head = [Buffer.from('GGUF'), uint32(version), wide(counts.tensors ?? tensors.length)]
  return Buffer.concat([...head, wide(counts.fields ?? fields.length), ...fields, ...tensors])
}

interface GgufInput {
  fields?: Buffer[]
  tensors?: Buffer[]
  /** Counts to claim instead of the real ones. */
  counts?: { tensors?: bigint; fields?: bigint }
  version?: number
}
