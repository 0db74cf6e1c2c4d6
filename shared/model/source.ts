import { errors } from '../errors.ts'
import { isRepoId, parseRefName, parseRepoId } from './repo-id.ts'

/** Where a model is imported from. */
export type Source =
  /** A repo of a Hub endpoint; `ref` is a branch, tag or commit there. */
  | { kind: 'hf'; repo: string; ref: string }
  /** A folder `drop/{owner}/{name}/{version}/` of the platform's own bucket. */
  | { kind: 's3-drop'; repo: string; version: string }

/** Listing a source stops after this many files. */
export const sourceFilesMax = 20_000

/** Parses `hf://owner/name[@revision]` or `s3-drop://owner/name/version`. */
export function parseSource(uri: string, param = 'source'): Source {
  const match = /^([a-z0-9-]+):\/\/(.+)$/s.exec(uri)
  const [, scheme, rest = ''] = match ?? []
  if (scheme === 'hf') {
    const at = rest.indexOf('@')
    const name = at < 0 ? rest : rest.slice(0, at)
    if (isRepoId(`owner/${name}`)) throw noOwner(name, param)
    const repo = parseRepoId(name, param)
    return { kind: 'hf', repo, ref: at < 0 ? 'main' : parseRefName(rest.slice(at + 1), param) }
  }
  if (scheme === 's3-drop') {
    const [owner = '', name = '', version = '', ...more] = rest.split('/')
    if (owner === '' || name === '' || more.length > 0) throw invalidSource(uri, param)
    const repo = parseRepoId(`${owner}/${name}`, param)
    if (version === '')
      throw errors.invalidRequest(
        `"${uri.slice(0, 200)}" names no version. Add it, such as s3-drop://${repo}/v1.`,
        param,
      )
    return { kind: 's3-drop', repo, version: parseRefName(version, param) }
  }
  throw invalidSource(uri, param)
}

export const formatSource = (source: Source): string =>
  source.kind === 'hf' ? `hf://${source.repo}@${source.ref}` : `s3-drop://${source.repo}/${source.version}`

/** Such names were allowed once; the Hub now redirects them. */
const noOwner = (name: string, param: string) =>
  errors.invalidRequest(
    `"${name}" names no owner. A model is "owner/name"; its page on the Hub shows the whole name, such as "openai-community/gpt2".`,
    param,
  )

const invalidSource = (uri: string, param: string) =>
  errors.invalidRequest(
    `"${uri.slice(0, 200)}" is not a source. Use "hf://owner/name[@revision]" or "s3-drop://owner/name/version".`,
    param,
  )
