import type { Context } from 'hono'
import type { HttpEnvironment } from '../../../shared/http/context.ts'
import { pathFault } from '../../../shared/model/file-path.ts'
import { contentDisposition } from '../content-disposition.ts'
import { contentTag } from '../file-entry.ts'
import { hubErrors } from '../hub-errors.ts'
import { gitBlobSha1, pointerText } from '../lfs-pointer.ts'
import { type Content, sendContent } from '../send-content.ts'
import type { Mirrored } from './find-mirrored.ts'
import type { Mirror } from './mirror.ts'
import { mirrorErrors } from './mirror-errors.ts'
import { leftOutBecause, type MirroredFile, type Snapshot } from './snapshot.ts'
import { asFile } from './snapshot-items.ts'

/** R1 and R11 for a file that is not here yet: forwards its bytes, and starts the import. */
export async function answerFile(
  context: Context<HttpEnvironment>,
  { snapshot, path, ref, principal, within }: Mirrored,
  { mirror, way }: { mirror: Mirror; way: 'resolve' | 'raw' },
): Promise<Response> {
  const isHead = context.req.method === 'HEAD'
  const reason = pathFault(path) === undefined ? leftOutBecause(path) : undefined
  if (reason !== undefined) throw mirrorErrors.leftOut(path, reason)
  const find = () => mirror.upstream.file(snapshot, path)
  const file = pathFault(path) === undefined ? await within(find) : undefined
  if (file === undefined) throw hubErrors.entryNotFound(path, ref)
  if (!isHead) await mirror.imports.begin({ snapshot, ref, principal })
  if (way === 'raw' && file.sha256 !== undefined) return sendContent(context, pointerOf(file))
  if (way === 'resolve') {
    context.header('x-linked-etag', contentTag(asFile(file)))
    context.header('x-linked-size', String(file.sizeBytes))
    context.header('content-disposition', contentDisposition(file.path))
  }
  return sendContent(context, mirroredContent(context, { snapshot, file, mirror, within }))
}

function mirroredContent(context: Context<HttpEnvironment>, input: ContentInput): Content {
  const { snapshot, file, mirror, within } = input
  const { repo, commit } = snapshot
  const { signal } = context.req.raw
  return {
    sizeBytes: file.sizeBytes,
    etag: contentTag(asFile(file)),
    contentType: 'application/octet-stream',
    open: (range) => mirror.streams.open({ repo, commit, file, range, signal }),
    ...(!mirror.streams.mayStore && {
      address: () => within(() => addressOf(input)),
    }),
  }
}

interface ContentInput {
  snapshot: Snapshot
  file: MirroredFile
  mirror: Mirror
  within: Mirrored['within']
}

/** The address works without a key, so it is only given for public files. */
async function addressOf({ snapshot, file, mirror }: ContentInput): Promise<string> {
  const address = snapshot.isPublic ? await mirror.upstream.address(snapshot, file.path) : undefined
  if (address === undefined) throw mirrorErrors.comesLater(file.path)
  return address
}

function pointerOf({ sha256 = '', sizeBytes }: MirroredFile): Content {
  const text = pointerText({ sha256, sizeBytes })
  const bytes = new TextEncoder().encode(text)
  return {
    sizeBytes: bytes.byteLength,
    etag: `"${gitBlobSha1(text)}"`,
    contentType: 'text/plain; charset=utf-8',
    open: async ({ start, end }) => bytes.slice(start, end + 1),
  }
}
