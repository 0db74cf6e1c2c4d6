import * as z from 'zod'
import type { HfConnection } from '../../../shared/hf/hf-request.ts'
import { SourceError } from '../../../shared/hf/source.ts'
import { sourceFilesMax } from '../../../shared/model/source.ts'
import { readJson, readPages } from './read-json.ts'
import { type MirroredFile, mirroredFiles } from './snapshot.ts'

const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`))

const entry = z.object({
  type: z.string(),
  path: z.string(),
  size: z.int().nonnegative(),
  oid: hex(40),
  lfs: z.object({ oid: hex(64), size: z.int().nonnegative() }).nullish(),
})

/** Every file of an upstream commit, sorted by path. @throws SourceError */
export async function readFiles({ connection, repo, commit }: Place): Promise<MirroredFile[]> {
  const segments = ['api', 'models', ...repo.split('/'), 'tree', commit]
  const query = { recursive: 'true', expand: 'false' }
  const subject = { repo, revision: commit }
  const files: MirroredFile[] = []
  for await (const found of readPages({ connection, segments, query, schema: z.array(entry), subject })) {
    if (found.type !== 'file') continue
    if (files.length === sourceFilesMax)
      throw new SourceError({ code: 'too_many_files', message: `"${repo}" has more than ${sourceFilesMax} files.` })
    files.push(fileOf(found))
  }
  return mirroredFiles(files)
}

/** One file of a commit, without listing the others. @throws SourceError */
export async function readFile({ connection, repo, commit, path }: Place & { path: string }) {
  const segments = ['api', 'models', ...repo.split('/'), 'paths-info', commit]
  const subject = { repo, revision: commit, path }
  const entries = await readJson({ connection, segments, json: { paths: [path] }, schema: z.array(entry), subject })
  const found = entries.find((one) => one.path === path && one.type === 'file')
  return found && fileOf(found)
}

interface Place {
  connection: HfConnection
  repo: string
  commit: string
}

const fileOf = ({ path, size, oid, lfs }: z.infer<typeof entry>): MirroredFile =>
  lfs ? { path, sizeBytes: lfs.size, sha256: lfs.oid } : { path, sizeBytes: size, gitSha1: oid }
