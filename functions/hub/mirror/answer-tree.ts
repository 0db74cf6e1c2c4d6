import type { Context } from 'hono'
import { errors } from '../../../shared/errors.ts'
import type { HttpEnvironment } from '../../../shared/http/context.ts'
import { pathFault } from '../../../shared/model/file-path.ts'
import type { RevisionFile } from '../../../shared/model/revision-id.ts'
import type { RevisionItem } from '../../../shared/table/repos.ts'
import { isTrue } from '../expand.ts'
import { expandedBy, fileEntry, folderEntry } from '../file-entry.ts'
import { hubErrors } from '../hub-errors.ts'
import { nextLink } from '../link-header.ts'
import type { TreeEntry } from '../tree-page.ts'

const pageSize = 1000
const expandedPageSize = 50
const cursorPrefix = 'mirror-'

/** Whether a listing began before its repo was here; it continues in the same form, wherever the files are by then. */
export const isMirrorCursor = (cursor: string | undefined): boolean => cursor?.startsWith(cursorPrefix) === true

/** R3 for a complete list of files. */
export function answerTree(context: Context<HttpEnvironment>, input: TreeInput): Response {
  const { repo, revision, files, folder, ref, publicUrl } = input
  if (folder !== '' && pathFault(folder) !== undefined) throw hubErrors.entryNotFound(folder, ref)
  const isExpanded = isTrue(context, 'expand')
  const all = entriesIn({ files, folder, isRecursive: isTrue(context, 'recursive'), revision: revision.id })
  if (all.length === 0 && folder !== '') throw hubErrors.entryNotFound(folder, ref)
  const from = positionOf(context.req.query('cursor'))
  const end = from + (isExpanded ? expandedPageSize : pageSize)
  if (end < all.length) {
    // By id, because the branch may move before the next page.
    const place = [revision.id, ...folder.split('/').filter((part) => part !== '')].map(encodeURIComponent).join('/')
    const path = `/api/models/${repo}/tree/${place}`
    const changes = { cursor: `${cursorPrefix}${end}` }
    context.header('link', nextLink({ url: context.req.url, publicUrl, path, changes }))
  }
  const page = all.slice(from, end)
  const expanded = expandedBy(revision)
  return context.json(isExpanded ? page.map((entry) => ({ ...entry, ...expanded })) : page)
}

interface TreeInput {
  repo: string
  revision: RevisionItem
  /** Sorted by path. */
  files: readonly RevisionFile[]
  /** Without a trailing slash; empty for the root. */
  folder: string
  ref: string
  publicUrl: string | undefined
}

function positionOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  const [, position] = /^mirror-(\d{1,7})$/.exec(cursor) ?? []
  if (position === undefined)
    throw errors.invalidRequest('The cursor does not belong to this folder. Start again without it.', 'cursor')
  return Number(position)
}

interface FolderInput {
  files: readonly RevisionFile[]
  folder: string
  isRecursive: boolean
  revision: string
}

/** Sorted by path, each folder before its content. */
function entriesIn({ files, folder, isRecursive, revision }: FolderInput): TreeEntry[] {
  const prefix = folder === '' ? '' : `${folder}/`
  const seen = new Set<string>()
  const entries: TreeEntry[] = []
  for (const file of files) {
    if (!file.path.startsWith(prefix)) continue
    const names = file.path.slice(prefix.length).split('/').slice(0, -1)
    const folders = names.map((_, at) => prefix + names.slice(0, at + 1).join('/'))
    for (const path of isRecursive ? folders : folders.slice(0, 1))
      if (!seen.has(path)) {
        seen.add(path)
        entries.push(folderEntry(revision, path))
      }
    if (isRecursive || folders.length === 0) entries.push(fileEntry(file))
  }
  return entries
}
