/** The file name for browsers: RFC 8187, with an ASCII fallback. */
export function contentDisposition(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\]/g, '_')
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`)
  return `inline; filename*=UTF-8''${encoded}; filename="${plain}";`
}
