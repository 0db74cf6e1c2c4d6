/**
 * The `Link` to the next page. It is absolute, as `@huggingface/hub` requires, and always on this server, so that no
 * client of a private hub is sent elsewhere.
 */
export function nextLink({ url, publicUrl, path, changes }: LinkInput): string {
  const asked = new URL(url)
  const next = new URL(`${originOf(url, publicUrl)}${path ?? asked.pathname}${asked.search}`)
  for (const [name, value] of Object.entries(changes)) next.searchParams.set(name, value)
  return `<${next.href}>; rel="next"`
}

/** The origin under which clients know this server. */
export const originOf = (url: string, publicUrl: string | undefined): string =>
  publicUrl?.replace(/\/+$/, '') ?? new URL(url).origin

interface LinkInput {
  /** The URL of the request. */
  url: string
  /** Set where clients know the server by another address than the request's. */
  publicUrl: string | undefined
  /** @default the path of the request */
  path?: string
  /** Query parameters that differ on the next page. */
  changes: Record<string, string>
}
