import { findFile } from './find-file.ts'
import { gitBlobSha1, pointerText } from './lfs-pointer.ts'
import type { HubApp, HubParts } from './parts.ts'
import { sendContent } from './send-content.ts'
import { storedContent } from './stored-content.ts'

const contentType = 'text/plain; charset=utf-8'

/** R11: a file as git holds it; a large one is its pointer there. */
export function addRawRoute(app: HubApp, { table, objects }: HubParts) {
  app.get('/:owner/:name/raw/:rest{.+}', async (context) => {
    const file = await findFile(context, table)
    const { signal } = context.req.raw
    if (file.gitSha1 !== undefined) return sendContent(context, storedContent({ objects, file, contentType, signal }))
    const text = pointerText(file)
    const bytes = new TextEncoder().encode(text)
    return sendContent(context, {
      sizeBytes: bytes.byteLength,
      etag: `"${gitBlobSha1(text)}"`,
      contentType,
      open: async ({ start, end }) => bytes.slice(start, end + 1),
    })
  })
}
