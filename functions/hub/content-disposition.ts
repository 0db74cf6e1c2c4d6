/** Names the file for a browser that saves it: by RFC 8187 for all, in plain letters for what does not know that. */
export function contentDisposition(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\]/g, '_')
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`)
  return `inline; filename*=UTF-8''${encoded}; filename="${plain}";`
}
