import { accessRepo } from '../../../shared/auth/access-repo.ts'
import { principalOf } from '../../../shared/auth/middleware.ts'
import { errors } from '../../../shared/errors.ts'
import { noteSubject } from '../../../shared/http/audit-subject.ts'
import { readJson } from '../../../shared/http/json-body.ts'
import { originOf } from '../link-header.ts'
import type { HubApp, HubParts } from '../parts.ts'
import { repoKinds } from '../repo-kinds.ts'
import { answerDownloadBatch, answerUploadBatch, lfsBatch } from './lfs-batch.ts'

/** W4: where Git LFS objects are sent to, or are. Xet is not supported. */
export function addLfsRoute(app: HubApp, parts: HubParts) {
  for (const { kind, files } of repoKinds)
    app.post(`${files}/:owner/:repo/info/lfs/objects/batch`, async (context) => {
      const { owner, repo: folder } = context.req.param() as { owner: string; repo: string }
      if (!folder.endsWith('.git')) throw errors.routeNotFound('POST', context.req.path)
      const name = `${owner}/${folder.slice(0, -'.git'.length)}`
      const principal = context.get('principal')
      // Checks the repo before the body, so that a stranger learns nothing about valid bodies.
      const repo = await accessRepo(parts.table, { principal, access: 'read', kind, name })
      const batch = await readJson(context, lfsBatch)
      const asked = { batch, repo, origin: originOf(context.req.url, parts.publicUrl), parts }
      if (batch.operation === 'download') noteSubject(context, { isRead: true })
      if (batch.operation === 'upload') await accessRepo(parts.table, { principal, access: 'write', kind, name })
      const answer =
        batch.operation === 'upload'
          ? await answerUploadBatch({ ...asked, principal: principalOf(context) })
          : await answerDownloadBatch(asked)
      return context.json(answer, 200, { 'content-type': 'application/vnd.git-lfs+json' })
    })
}
