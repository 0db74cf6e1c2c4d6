import { createHash } from 'node:crypto'
import { type Answer, errorAnswer, jsonAnswer } from './answer.ts'
import type { HubSettings } from './hub-settings.ts'
import { type Entry, entriesOf, type Repo, resolveRef } from './repo.ts'
import { expandedJson, fileJson } from './shapes.ts'
import { splitRef } from './split-ref.ts'

/** R3: files and folders of a commit in pages, with an absolute `Link` to the next page. */
export function answerTree({ repo, rest, url, settings }: TreeInput): Answer {
  const { ref, path } = splitRef(repo, rest)
  const commit = resolveRef(repo, ref)
  if (commit === undefined)
    return errorAnswer({ status: 404, code: 'RevisionNotFound', message: `Invalid rev id: ${ref}` })
  const isTrue = (name: string) => url.searchParams.get(name) === 'true' || url.searchParams.get(name) === '1'
  const entries = entriesOf(repo, commit) ?? []
  const all = listTree({ entries, folder: path, isRecursive: isTrue('recursive') })
  if (all.length === 0 && path !== '')
    return errorAnswer({ status: 404, code: 'EntryNotFound', message: `${path} does not exist on "${ref}"` })
  const from = Number(url.searchParams.get('cursor') ?? 0)
  const page = all.slice(from, from + settings.pageSize)
  const json = isTrue('expand') ? page.map((one) => ({ ...one, ...expandedJson(commit) })) : page
  const next = new URL(`${settings.url}${url.pathname}${url.search}`)
  next.searchParams.set('cursor', String(from + settings.pageSize))
  const hasMore = from + settings.pageSize < all.length
  return jsonAnswer(json, { 'X-Repo-Commit': commit, ...(hasMore ? { Link: `<${next}>; rel="next"` } : {}) })
}

interface TreeInput {
  repo: Repo
  /** The decoded path after `/tree/`. */
  rest: string
  url: URL
  settings: HubSettings
}

function listTree({
  entries,
  folder,
  isRecursive,
}: {
  entries: readonly Entry[]
  folder: string
  isRecursive: boolean
}) {
  const prefix = folder === '' ? '' : `${folder}/`
  const inside = entries.filter((entry) => entry.path.startsWith(prefix))
  const isShown = (path: string) => isRecursive || !path.slice(prefix.length).includes('/')
  const folders = new Set(inside.flatMap((entry) => foldersOf(entry.path)).filter((path) => path.startsWith(prefix)))
  return [
    ...[...folders]
      .filter((path) => path !== folder && isShown(path))
      .map((path) => ({ type: 'directory', oid: sha1(path), size: 0, path })),
    ...inside.filter((entry) => isShown(entry.path)).map(fileJson),
  ]
}

const foldersOf = (path: string): string[] =>
  path
    .split('/')
    .slice(0, -1)
    .map((_, depth, segments) => segments.slice(0, depth + 1).join('/'))

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex')
