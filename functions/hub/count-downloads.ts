import type { Context } from 'hono'
import { messageOf } from '../../shared/errors.ts'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import { logOf } from '../../shared/http/request-log.ts'
import { countDownload } from '../../shared/table/downloads.ts'
import { getFile } from '../../shared/table/repos.ts'
import type { FoundFile } from './find-file.ts'
import type { HubParts } from './parts.ts'
import { notifyIngest } from './write/notify-ingest.ts'

/** The shortest time between two updates of a repo's counter. */
const apartMs = 3_600_000

/**
 * The file that each download of a whole repo requests once, as on the Hub; in repos without it, the model files count.
 */
const counted = 'config.json'
const model = /^[^/]+\.(?:onnx|gguf)$/

/** Counts a download. Failing to count does not fail the request. */
export async function noteDownload(
  context: Context<HttpEnvironment>,
  { found, status }: { found: FoundFile; status: number },
  parts: HubParts,
): Promise<void> {
  const isWhole = status === 200 || status === 302
  if (!isWhole || context.req.method !== 'GET') return
  try {
    if (!(await isCounted(found, parts))) return
    const { id: repoId } = found.repo
    const changed = await countDownload(parts.table, { repoId, now: parts.now(), apartMs })
    if (changed !== undefined) await notifyIngest(context, parts, { step: 'write-repo-manifest', repoId, attempt: 1 })
  } catch (error) {
    logOf(context).warn({ repoId: found.repo.id }, `a download was not counted: ${messageOf(error)}`)
  }
}

async function isCounted({ repo, revision, file }: FoundFile, { table }: HubParts): Promise<boolean> {
  if (file.path === counted) return true
  return model.test(file.path) && (await getFile(table, repo.id, revision.id, counted)) === undefined
}
