import { findFile } from './find-file.ts'
import { gitBlobSha1, pointerText } from './lfs-pointer.ts'
import type { HubApp, HubParts } from './parts.ts'
import { repoKinds } from './repo-kinds.ts'
import { sendContent } from './send-content.ts'
import { storedContent } from './stored-content.ts'

/** R11: a file as git stores it, which for a large one is the pointer. */
export function addRawRoute(app: HubApp, { table, objects }: HubParts) {
  for (const routes of repoKinds)
    app.get(`${routes.files}/:owner/:name/raw/:rest{.+}`, async (context) => {
      const { file } = await findFile(context, { table, routes })
      if (file.gitSha1 !== undefined) {
        // Small files may be binary; as text, a Lambda would send their bytes as broken characters.
        const contentType = 'application/octet-stream'
        return sendContent(context, storedContent({ objects, file, contentType, signal: context.req.raw.signal }))
      }
      const text = pointerText(file)
      const bytes = new TextEncoder().encode(text)
      return sendContent(context, {
        sizeBytes: bytes.byteLength,
        etag: `"${gitBlobSha1(text)}"`,
        contentType: 'text/plain; charset=utf-8',
        open: async ({ start, end }) => bytes.slice(start, end + 1),
      })
    })
}
