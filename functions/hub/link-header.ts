/**
 * The `Link` to the next page. It is absolute, as `@huggingface/hub` insists, and names this server: what a client of
 * a private hub reads next must not be somewhere else.
 */
export function nextLink({ url, publicUrl, path, changes }: LinkInput): string {
  const asked = new URL(url)
  const next = new URL(`${originOf(url, publicUrl)}${path ?? asked.pathname}${asked.search}`)
  for (const [name, value] of Object.entries(changes)) next.searchParams.set(name, value)
  return `<${next.href}>; rel="next"`
}

/** Where clients know this server to be. */
export const originOf = (url: string, publicUrl: string | undefined): string =>
  publicUrl?.replace(/\/+$/, '') ?? new URL(url).origin

interface LinkInput {
  /** Of the request. */
  url: string
  /** Where the server is known under another address than the request came with. */
  publicUrl: string | undefined
  /** @default the path of the request */
  path?: string
  /** Parameters of the query that differ on the next page. */
  changes: Record<string, string>
}
