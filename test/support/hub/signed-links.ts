import { createHmac, randomBytes } from 'node:crypto'

/** Links that are valid for one path and a limited time, like those of a CDN. */
export function createLinkSigner({ lifetimeSeconds }: { lifetimeSeconds: number }) {
  const secret = randomBytes(16)
  const signatureOf = (path: string, expires: string) =>
    createHmac('sha256', secret).update(`${path}\0${expires}`).digest('hex')
  return {
    /** The query that makes a link to this path valid. */
    sign(path: string): string {
      const expires = String(Date.now() + lifetimeSeconds * 1000)
      return new URLSearchParams({ Expires: expires, Signature: signatureOf(path, expires) }).toString()
    },
    isGood(url: URL): boolean {
      const expires = url.searchParams.get('Expires') ?? ''
      return Number(expires) > Date.now() && url.searchParams.get('Signature') === signatureOf(url.pathname, expires)
    },
  }
}

export type LinkSigner = ReturnType<typeof createLinkSigner>
