import { createHmac, timingSafeEqual } from 'node:crypto'

interface Address {
  secret: Uint8Array
  method: 'PUT' | 'POST'
  url: URL
}

/** Signs a request to this server: method, path, query and expiry. */
export function signAddress({ secret, method, url, expiresAt }: Address & { expiresAt: Date }): string {
  const signed = new URL(url)
  signed.searchParams.set('expires', String(Math.floor(expiresAt.getTime() / 1000)))
  signed.searchParams.set('signature', signatureOf({ secret, method, url: signed }))
  return signed.href
}

/** Whether a signed address is ours and still valid, since clients present it without a key. */
export function judgeAddress({ secret, method, url, now }: Address & { now: Date }): 'valid' | 'expired' | 'forged' {
  const given = Buffer.from(url.searchParams.get('signature') ?? '', 'hex')
  const wanted = Buffer.from(signatureOf({ secret, method, url }), 'hex')
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return 'forged'
  return Number(url.searchParams.get('expires')) * 1000 > now.getTime() ? 'valid' : 'expired'
}

function signatureOf({ secret, method, url }: Address): string {
  const asked = [...url.searchParams].filter(([name]) => name !== 'signature').toSorted(([a], [b]) => (a < b ? -1 : 1))
  const text = JSON.stringify([method, url.pathname, asked])
  return createHmac('sha256', secret).update(text).digest('hex')
}
