/** The token is for the one Hub that it was given for, also where another one is read. */
export const tokenFor = (endpoint: string, { hfEndpoint, hfToken }: HubToken): string | undefined =>
  plain(endpoint) === plain(hfEndpoint) ? hfToken : undefined

interface HubToken {
  hfEndpoint: string
  hfToken: string | undefined
}

const plain = (endpoint: string): string => endpoint.replace(/\/+$/, '')
