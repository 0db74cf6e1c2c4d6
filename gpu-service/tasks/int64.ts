/**
 * Returns the data of an int64 tensor with 32-bit values, written through the low words of the same buffer: making a
 * BigInt of every token would cost more than the tokenizer. Little-endian, as every machine that onnxruntime runs on.
 */
export function int64Rows({ rows, width, fill }: Int64Rows): BigInt64Array<ArrayBuffer> {
  const data = new BigInt64Array(rows.length * width)
  const words = new Int32Array(data.buffer)
  for (const [row, values] of rows.entries()) {
    let word = row * width * 2
    for (let column = 0; column < width; column++, word += 2) {
      const value = values[column] ?? fill
      words[word] = value
      if (value < 0) words[word + 1] = -1
    }
  }
  return data
}

interface Int64Rows {
  rows: readonly ArrayLike<number>[]
  width: number
  /** Fills the end of shorter rows. */
  fill: number
}
