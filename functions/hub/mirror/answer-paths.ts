import type { Context } from 'hono'
import type { HttpEnvironment } from '../../../shared/http/context.ts'
import { expandedBy, fileEntry, folderEntry } from '../file-entry.ts'
import { readWanted } from '../paths-info.ts'
import type { Mirrored } from './find-mirrored.ts'
import type { Mirror } from './mirror.ts'
import { asFile, asRevision } from './snapshot-items.ts'

/** R4 for a repo that is not here yet. */
export async function answerPaths(
  context: Context<HttpEnvironment>,
  { snapshot }: Mirrored,
  { upstream }: Mirror,
): Promise<Response> {
  const { paths, expand } = await readWanted(context)
  const files = await upstream.files(snapshot)
  const entryAt = (path: string) => {
    const file = files.find((one) => one.path === path)
    if (file !== undefined) return fileEntry(asFile(file))
    const isFolder = path !== '' && files.some((one) => one.path.startsWith(`${path}/`))
    return isFolder ? folderEntry(snapshot.commit, path) : undefined
  }
  const entries = paths.map((path) => entryAt(path.replace(/\/+$/, ''))).filter((entry) => entry !== undefined)
  const expanded = expandedBy(asRevision(snapshot))
  return context.json(expand === true ? entries.map((entry) => ({ ...entry, ...expanded })) : entries)
}
