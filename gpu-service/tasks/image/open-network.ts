import { lookup } from 'node:dns/promises'
import { request } from 'node:https'
import { isIP } from 'node:net'
import type { Network, RemoteAnswer } from './remote-pictures.ts'

/** The internet. A request reveals only the URL: it sends no token and no cookie. */
export const openNetwork: Network = {
  async resolve(host) {
    if (isIP(host) !== 0) return [host]
    return (await lookup(host, { all: true })).map(({ address }) => address)
  },

  get: ({ url, address, signal }) =>
    new Promise<RemoteAnswer>((resolve, reject) => {
      const family = isIP(address)
      const asked = request(url, {
        // A pooled connection could lead to an address that was checked for another request.
        agent: false,
        signal,
        headers: { accept: 'image/*', 'user-agent': 'slipway' },
        lookup: (_host, options, done) =>
          options.all ? done(null, [{ address, family }]) : done(null, address, family),
      })
      asked.on('error', reject)
      asked.on('response', (answer) => {
        resolve({
          status: answer.statusCode ?? 0,
          location: answer.headers.location,
          body: answer,
          cancel: () => void answer.destroy(),
        })
      })
      asked.end()
    }),
}
