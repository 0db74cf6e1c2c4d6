import { keys } from './keys.ts'
import type { RepoItem } from './repo-item.ts'
import { changeRepo } from './repo-write.ts'
import { ConditionFailed, type Table } from './table.ts'

/** For a repo without downloads. */
const never = new Date(0).toISOString()

/**
 * Counts a download with one write, and once per `apartMs` updates the repo and its lists. Downloads in between are
 * included in the next update.
 * @returns the repo, where it was updated
 */
export async function countDownload(
  table: Table,
  { repoId, now, apartMs }: { repoId: string; now: Date; apartMs: number },
): Promise<RepoItem | undefined> {
  const key = keys.repoDownloads(repoId)
  const counted = await table.updated(key, {
    expression: 'SET toldAt = if_not_exists(toldAt, :never) ADD untold :one',
    values: { ':never': never, ':one': 1 },
  })
  const { toldAt, untold } = counted as { toldAt: string; untold: number }
  if (now.getTime() - Date.parse(toldAt) < apartMs) return undefined
  const told = {
    expression: 'SET toldAt = :now ADD untold :told',
    condition: 'toldAt = :before',
    values: { ':now': now.toISOString(), ':before': toldAt, ':told': -untold },
  }
  try {
    return await changeRepo(table, repoId, (repo) => ({
      repo: { ...repo, downloads: repo.downloads + untold },
      writes: [{ update: key, change: told }],
    }))
  } catch (error) {
    // Another download has updated it already.
    if (error instanceof ConditionFailed) return undefined
    throw error
  }
}
