import type { Repo } from './repo.ts'

/** Splits `ref/path/to/file`. Clients send a ref with a slash percent-encoded or raw, so the longest known ref wins. */
export function splitRef(repo: Repo, rest: string): { ref: string; path: string } {
  const known = [...repo.refs.keys()].toSorted((a, b) => b.length - a.length)
  const ref = known.find((name) => rest === name || rest.startsWith(`${name}/`)) ?? rest.split('/')[0] ?? ''
  return { ref, path: rest.slice(ref.length + 1) }
}
