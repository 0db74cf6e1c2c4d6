import { contentDisposition } from './content-disposition.ts'
import { noteDownload } from './count-downloads.ts'
import { contentTag } from './file-entry.ts'
import { findFile } from './find-file.ts'
import type { HubApp, HubParts } from './parts.ts'
import { repoKinds } from './repo-kinds.ts'
import { sendContent } from './send-content.ts'
import { storedContent } from './stored-content.ts'

/** R1: the bytes of a file; `HEAD` is the same without a body. */
export function addResolveRoute(app: HubApp, parts: HubParts) {
  const { table, objects } = parts
  for (const routes of repoKinds)
    app.get(`${routes.files}/:owner/:name/resolve/:rest{.+}`, async (context) => {
      const found = await findFile(context, { table, routes })
      const { file } = found
      // Repeated in headers of our own, because proxies weaken an ETag and drop the length of a HEAD.
      context.header('x-linked-etag', contentTag(file))
      context.header('x-linked-size', String(file.sizeBytes))
      context.header('content-disposition', contentDisposition(file.path))
      const { signal } = context.req.raw
      const contentType = 'application/octet-stream'
      const answer = await sendContent(context, storedContent({ objects, file, contentType, signal }))
      await noteDownload(context, { found, status: answer.status }, parts)
      return answer
    })
}
