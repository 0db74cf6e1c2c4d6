import type { PictureFormat } from './picture-format.ts'

/**
 * Patches a file so that the decoder returns its first frame as Pillow does. libvips reads the still image of an
 * animated AVIF if the main brand says so, and it blackens the transparent pixels of a GIF, whose colour Pillow keeps.
 */
export function asFirstFrame(bytes: Uint8Array, format: PictureFormat | undefined): Uint8Array {
  if (format === 'avif' && isAt(bytes, mainBrandAt, 'avis')) return changed(bytes, mainBrandAt, Buffer.from('avif'))
  const at = format === 'gif' ? transparencyAt(bytes) : undefined
  return at === undefined ? bytes : changed(bytes, at, [(bytes[at] ?? 0) & ~isTransparent])
}

const mainBrandAt = 8

const isAt = (bytes: Uint8Array, at: number, text: string): boolean =>
  Buffer.from(bytes.subarray(at, at + text.length)).toString('latin1') === text

function changed(bytes: Uint8Array, at: number, content: Iterable<number>): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy.set([...content], at)
  return copy
}

/** GIF89a: a header, a colour table, then blocks; the graphic control block precedes its frame. */
const headerLength = 13
const extension = { start: 0x21, graphics: 0xf9 }
const isTransparent = 1

function transparencyAt(bytes: Uint8Array): number | undefined {
  const flags = bytes[10] ?? 0
  const hasTable = (flags & 0x80) !== 0
  let at = headerLength + (hasTable ? 3 * 2 ** ((flags & 7) + 1) : 0)
  let found: number | undefined
  while (bytes[at] === extension.start) {
    if (bytes[at + 1] === extension.graphics && at + 3 < bytes.length) found = at + 3
    at += 2
    for (let length = bytes[at]; length !== undefined && length > 0; length = bytes[at]) at += 1 + length
    at++
  }
  return found
}
