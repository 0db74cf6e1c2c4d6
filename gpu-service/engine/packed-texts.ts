import { isUtf8 } from 'node:buffer'
import type { Breathe } from '../in-slices.ts'

const lengthBytes = 4
/** What a text takes beside its bytes, as so many of them. */
const textWork = 64
const workMax = 32_768

/** Texts one behind the other, each as the length of its UTF-8 in four bytes, little-endian, and that. */
export async function packTexts({ texts, breathe }: PackTexts): Promise<Uint8Array<ArrayBuffer>> {
  const pause = pauses(breathe)
  let sizeBytes = 0
  for (const text of texts) {
    const textBytes = Buffer.byteLength(text)
    sizeBytes += lengthBytes + textBytes
    const others = pause(textBytes)
    if (others !== undefined) await others
  }
  const packed = Buffer.allocUnsafe(sizeBytes)
  let at = 0
  for (const text of texts) {
    const textBytes = packed.write(text, at + lengthBytes)
    packed.writeUInt32LE(textBytes, at)
    at += lengthBytes + textBytes
    const others = pause(textBytes)
    if (others !== undefined) await others
  }
  return packed
}

interface PackTexts {
  texts: readonly string[]
  breathe: Breathe
}

/** @throws what `fault` makes of what the bytes are found to do, such as "end in the middle of their text 3" */
export async function unpackTexts({ bytes, count, breathe, fault }: UnpackTexts): Promise<string[]> {
  const packed = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const otherCount = () => fault(`do not hold the ${count} texts of its shape`)
  if (packed.length < count * lengthBytes) throw otherCount()
  const pause = pauses(breathe)
  const texts: string[] = []
  let at = 0
  while (texts.length < count) {
    const from = at + lengthBytes
    const to = from > packed.length ? Number.POSITIVE_INFINITY : from + packed.readUInt32LE(at)
    if (to > packed.length) throw fault(`end in the middle of its text ${texts.length}`)
    const text = packed.toString('utf8', from, to)
    // What stands for bytes that are no text may also have been sent itself.
    if (text.includes('\ufffd') && !isUtf8(packed.subarray(from, to)))
      throw fault(`are not valid UTF-8 in its text ${texts.length}`)
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
  breathe: Breathe
  fault: (what: string) => Error
}

/** Breathes as often as the work is worth it: to look at the clock behind each text would take as long as the text. */
function pauses(breathe: Breathe): (textBytes: number) => Promise<void> | undefined {
  let work = 0
  return (textBytes) => {
    work += textWork + textBytes
    if (work < workMax) return undefined
    work = 0
    return breathe()
  }
}
