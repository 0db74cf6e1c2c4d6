import type { Result, Router } from 'hono/router'
import { TrieRouter } from 'hono/router/trie-router'

/**
 * A `TrieRouter` that remembers what the paths without parameters match. Hono's own choice for such paths,
 * `RegExpRouter`, refuses the routes of this app, and walking the trie allocates 2 kB for each request.
 */
export class StaticFirstRouter<Handler> implements Router<Handler> {
  readonly name = 'StaticFirstRouter'
  readonly #trie = new TrieRouter<Handler>()
  readonly #staticPaths = new Set<string>()
  /** By method, then by path; as many as there are static paths. */
  readonly #found = new Map<string, Map<string, Result<Handler>>>()

  add(method: string, path: string, handler: Handler): void {
    this.#trie.add(method, path, handler)
    if (!/[:*{}?]/.test(path)) this.#staticPaths.add(path)
    this.#found.clear()
  }

  match(method: string, path: string): Result<Handler> {
    const found = this.#found.get(method)?.get(path)
    if (found !== undefined) return found
    const result = this.#trie.match(method, path)
    if (this.#staticPaths.has(path)) this.#remember(method, path, result)
    return result
  }

  #remember(method: string, path: string, result: Result<Handler>): void {
    const ofMethod = this.#found.get(method) ?? new Map<string, Result<Handler>>()
    this.#found.set(method, ofMethod.set(path, result))
  }
}
