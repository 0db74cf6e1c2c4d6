import { isUtf8 } from 'node:buffer'
import type { YieldTurn } from '../yield-turn.ts'
import { textParts, utf8Parts } from './text-parts.ts'

const lengthBytes = 4
/** The work per text besides its bytes, in bytes. */
const textWork = 64
const workMax = 32_768
/** Longer texts are read in parts. */
const longBytes = 65_536

/** Packs texts one after another, each as the length of its UTF-8 (u32, little-endian) and its UTF-8. */
export async function packTexts({ texts, yieldTurn }: PackTexts): Promise<Uint8Array<ArrayBuffer>> {
  const pause = pauses(yieldTurn)
  let sizeBytes = 0
  for (const text of texts) {
    sizeBytes += lengthBytes
    for (const part of textParts(text)) {
      const partBytes = Buffer.byteLength(part)
      sizeBytes += partBytes
      const others = pause(partBytes)
      if (others !== undefined) await others
    }
  }
  const packed = Buffer.allocUnsafe(sizeBytes)
  let at = 0
  for (const text of texts) {
    const from = at + lengthBytes
    let to = from
    for (const part of textParts(text)) {
      const partBytes = packed.write(part, to)
      to += partBytes
      const others = pause(partBytes)
      if (others !== undefined) await others
    }
    packed.writeUInt32LE(to - from, at)
    at = to
  }
  return packed
}

interface PackTexts {
  texts: readonly string[]
  yieldTurn: YieldTurn
}

/** @throws the error that `fault` makes from a description, such as "end in the middle of its text 3" */
export async function unpackTexts({ bytes, count, yieldTurn, fault }: UnpackTexts): Promise<string[]> {
  const packed = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const otherCount = () => fault(`do not hold the ${count} texts of its shape`)
  if (packed.length < count * lengthBytes) throw otherCount()
  const pause = pauses(yieldTurn)
  const texts: string[] = []
  let at = 0
  while (texts.length < count) {
    const from = at + lengthBytes
    const to = from > packed.length ? Number.POSITIVE_INFINITY : from + packed.readUInt32LE(at)
    if (to > packed.length) throw fault(`end in the middle of its text ${texts.length}`)
    const text =
      to - from <= longBytes ? textAt(packed, from, to) : await longText(packed.subarray(from, to), yieldTurn)
    if (text === undefined) throw fault(`are not valid UTF-8 in its text ${texts.length}`)
    texts.push(text)
    at = to
    const others = pause(to - from)
    if (others !== undefined) await others
  }
  if (at !== packed.length) throw otherCount()
  return texts
}

interface UnpackTexts {
  bytes: Uint8Array
  count: number
  yieldTurn: YieldTurn
  fault: (what: string) => Error
}

/** Undefined if the bytes are not valid UTF-8. */
function textAt(bytes: Buffer, from: number, to: number): string | undefined {
  const text = bytes.toString('utf8', from, to)
  // The replacement character may also have been sent itself.
  return text.includes('\ufffd') && !isUtf8(bytes.subarray(from, to)) ? undefined : text
}

/** Decodes a long text without blocking the event loop; undefined if it is not valid UTF-8. */
export async function longText(bytes: Buffer, yieldTurn: YieldTurn): Promise<string | undefined> {
  const parts: string[] = []
  for (const part of utf8Parts(bytes)) {
    const text = textAt(part, 0, part.length)
    if (text === undefined) return undefined
    parts.push(text)
    await yieldTurn()
  }
  return parts.join('')
}

/** Yields once per amount of work, because reading the clock after each text would take as long as the text. */
function pauses(yieldTurn: YieldTurn): (textBytes: number) => Promise<void> | undefined {
  let work = 0
  return (textBytes) => {
    work += textWork + textBytes
    if (work < workMax) return undefined
    work = 0
    return yieldTurn()
  }
}
