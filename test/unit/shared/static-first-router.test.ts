import { TrieRouter } from 'hono/router/trie-router'
import { describe, expect, it } from 'vitest'
import { StaticFirstRouter } from '../../../shared/http/static-first-router.ts'

const routes = [
  ['ALL', '/*'],
  ['GET', '/health'],
  ['POST', '/v1/embeddings'],
  ['POST', '/v1/*'],
  ['POST', '/models/:owner/:name'],
  ['POST', '/models/acme/bert'],
  ['POST', '/models/:owner/:name/*'],
  ['GET', '/files/:path{.+}'],
] as const

const paths = ['/health', '/v1/embeddings', '/v1/other', '/models/acme/bert', '/models/a/b', '/files/a/b', '/', '/none']

describe('the router of static paths', () => {
  it('finds the same handlers with the same parameters as the trie, the first time and later', () => {
    const [ours, trie] = [new StaticFirstRouter<string>(), new TrieRouter<string>()]
    for (const [method, path] of routes)
      for (const router of [ours, trie]) router.add(method, path, `${method} ${path}`)
    for (const _round of [1, 2])
      for (const method of ['GET', 'POST', 'PUT'])
        for (const path of paths)
          expect(ours.match(method, path), `${method} ${path}`).toEqual(trie.match(method, path))
  })

  it('finds a route that is added after its path was matched', () => {
    const router = new StaticFirstRouter<string>()
    router.add('GET', '/health', 'first')
    router.match('GET', '/health')
    router.add('ALL', '/*', 'second')
    expect(router.match('GET', '/health')[0].map(([handler]) => handler)).toEqual(['first', 'second'])
  })

  it('remembers nothing of paths that callers make up', () => {
    const router = new StaticFirstRouter<string>()
    for (const path of ['/*', '/health', '/models/:owner', '/files/:path{.+}']) router.add('GET', path, path)
    const isRemembered = (path: string) => {
      const first = router.match('GET', path)
      return router.match('GET', path) === first
    }
    expect(['/health', '/models/a', '/files/a/b', '/none'].filter(isRemembered)).toEqual(['/health'])
  })
})
