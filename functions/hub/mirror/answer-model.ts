import type { Context } from 'hono'
import type { HttpEnvironment } from '../../../shared/http/context.ts'
import { expandedFields, isTrue, pickFields } from '../expand.ts'
import { modelJson } from '../model-json.ts'
import type { Mirrored } from './find-mirrored.ts'
import type { Mirror } from './mirror.ts'
import { asFile, asRepo, asRevision } from './snapshot-items.ts'

/** R2 for a repo that is not here yet. */
export async function answerModel(
  context: Context<HttpEnvironment>,
  { snapshot }: Mirrored,
  { upstream }: Mirror,
): Promise<Response> {
  const fields = expandedFields(context)
  const wantsFiles = fields === undefined || fields.has('siblings')
  const files = wantsFiles ? (await upstream.files(snapshot)).map(asFile) : undefined
  const withBlobs = isTrue(context, 'blobs')
  const model = modelJson({ repo: asRepo(snapshot), revision: asRevision(snapshot, files), files, withBlobs })
  const security = isTrue(context, 'securityStatus') && {
    securityRepoStatus: { scansDone: false, filesWithIssues: [] },
  }
  return context.json({ ...pickFields(model, fields), ...security })
}
