/**
 * The size that DynamoDB counts for a value, rounded up (docs.aws.amazon.com/amazondynamodb, "DynamoDB item sizes and
 * formats").
 */
export function itemSizeBytes(value: unknown): number {
  if (value === undefined) return 0
  if (typeof value === 'string') return Buffer.byteLength(value)
  // One byte for two digits, plus one or two.
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 2
  if (typeof value !== 'object' || value === null) return 1
  const entries = Array.isArray(value)
    ? value.map((element) => itemSizeBytes(element))
    : Object.entries(value).map(([name, field]) => Buffer.byteLength(name) + itemSizeBytes(field))
  return entries.reduce((sum, bytes) => sum + bytes + 1, 3)
}
