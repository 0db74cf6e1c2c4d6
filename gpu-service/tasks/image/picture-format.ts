/** The served formats, and HEIC, the format of phone cameras, which is recognised but not served. */
export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'avif' | 'heic'

export const pictureFormats = 'JPEG, PNG, WebP, GIF or AVIF'

/** Detects the format by the first bytes, whatever the file is called; the decoder gets nothing else. */
export function formatOf(bytes: Uint8Array): PictureFormat | undefined {
  if (startsWith(bytes, [0xff, 0xd8, 0xff])) return 'jpeg'
  if (startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'png'
  if (startsWith(bytes, [0x47, 0x49, 0x46, 0x38])) return 'gif'
  const isRiff = startsWith(bytes, [0x52, 0x49, 0x46, 0x46])
  if (isRiff && startsWith(bytes.subarray(8), [0x57, 0x45, 0x42, 0x50])) return 'webp'
  return startsWith(bytes.subarray(4), [0x66, 0x74, 0x79, 0x70]) ? byBrands(bytes) : undefined
}

const startsWith = (bytes: Uint8Array, start: readonly number[]): boolean =>
  bytes.length >= start.length && start.every((byte, index) => bytes[index] === byte)

const brandsMax = 32
const heicBrands = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1']

/** ISO media files list their formats in the first box: the main brand, a version, and the compatible brands. */
function byBrands(bytes: Uint8Array): PictureFormat | undefined {
  const sizeBytes = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0)
  const text = String.fromCharCode(...bytes.subarray(8, Math.min(sizeBytes, 8 + 4 * brandsMax)))
  const brands: readonly string[] = text.match(/.{4}/gs) ?? []
  if (brands.includes('avif')) return 'avif'
  return brands.some((brand) => heicBrands.includes(brand)) ? 'heic' : undefined
}
