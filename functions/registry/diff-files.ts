import type { FileChange } from '../../shared/contract/revision.ts'
import type { RevisionFile } from '../../shared/model/revision-id.ts'
import { listFiles } from '../../shared/table/repos.ts'
import type { Table } from '../../shared/table/table.ts'

interface DiffFiles {
  repoId: string
  from: string
  to: string
  /** The last path of the previous page. */
  after?: string | undefined
  limit: number
}

/** How many files of both revisions one page visits. */
const readMax = 4000
const pageSize = 500

/** The differences between the files of two revisions, by path. Reads both side by side, a bounded number at a time. */
export async function diffFiles(
  table: Table,
  { repoId, from, to, after, limit }: DiffFiles,
): Promise<{ changes: FileChange[]; next?: string }> {
  if (from === to) return { changes: [] }
  const [before, now] = await Promise.all(
    [from, to].map((revision) => startReading(filesFrom(table, { repoId, revision, after }))),
  )
  if (before === undefined || now === undefined) return { changes: [] }
  const changes: FileChange[] = []
  let last: string | undefined
  for (let read = 0; before.file !== undefined || now.file !== undefined; read++) {
    if (changes.length === limit || read === readMax) return { changes, ...(last !== undefined && { next: last }) }
    const order = compareFiles(before.file, now.file)
    const [old, current] = [order <= 0 ? before.file : undefined, order >= 0 ? now.file : undefined]
    last = (old ?? current)?.path
    if (old?.sha256 !== current?.sha256) changes.push(changeOf(old, current))
    await Promise.all([old && before.step(), current && now.step()])
  }
  return { changes }
}

async function* filesFrom(
  table: Table,
  { repoId, revision, after }: { repoId: string; revision: string; after: string | undefined },
): AsyncGenerator<RevisionFile> {
  let startKey: Record<string, unknown> | undefined
  let first = true
  do {
    const start = first ? { after } : { startKey }
    const page = await listFiles(table, { repoId, revision, limit: pageSize, consistent: true, ...start })
    yield* page.items
    startKey = page.nextKey
    first = false
  } while (startKey !== undefined)
}

/** A cursor over a list. */
async function startReading(files: AsyncGenerator<RevisionFile>) {
  const place = {
    file: undefined as RevisionFile | undefined,
    async step() {
      const { done, value } = await files.next()
      place.file = done === true ? undefined : value
    },
  }
  await place.step()
  return place
}

/** In the table's order, which is by bytes. An ended list sorts last. */
function compareFiles(a: RevisionFile | undefined, b: RevisionFile | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1
  return Buffer.compare(Buffer.from(a.path), Buffer.from(b.path))
}

function changeOf(before: RevisionFile | undefined, after: RevisionFile | undefined): FileChange {
  const file = before ?? after
  return {
    path: file?.path ?? '',
    change: before === undefined ? 'added' : after === undefined ? 'removed' : 'changed',
    ...(before && { before: contentOf(before) }),
    ...(after && { after: contentOf(after) }),
  }
}

const contentOf = ({ sizeBytes, sha256 }: RevisionFile) => ({ sizeBytes, sha256 })
