/** A token is only for the Hub it was issued by, even where another Hub is read. */
export const tokenFor = (endpoint: string, { hfEndpoint, hfToken }: HubToken): string | undefined =>
  plain(endpoint) === plain(hfEndpoint) ? hfToken : undefined

interface HubToken {
  hfEndpoint: string
  hfToken: string | undefined
}

const plain = (endpoint: string): string => endpoint.replace(/\/+$/, '')
