import { AppError } from '../errors.ts'
import { chooseOnnxFile } from '../model/choose-onnx-file.ts'
import type { ModelDevice } from '../model/precision.ts'
import { servedAs } from '../model/served-tasks.ts'
import { orderedText } from '../ordered-text.ts'
import { type DeploymentItem, type DeploymentTarget, targetsOf } from '../table/deployment-item.ts'
import { changeDeployment } from '../table/deployments.ts'
import { deploymentsOfRepo } from '../table/repo-deployments.ts'
import type { RepoItem } from '../table/repo-item.ts'
import { getRef, getRepo, getRevision } from '../table/repos.ts'
import { withoutHeir } from '../table/roll-back.ts'
import type { Table } from '../table/table.ts'
import type { DeviceOf } from './pool-devices.ts'

/**
 * Moves a repo's deployments to the current revisions of their aliases. Idempotent, so it may run twice or late. A
 * revision that cannot be served leaves the deployment where it was, with the reason.
 */
export async function followAliases(table: Table, { repoId, deviceOf }: FollowAliases): Promise<void> {
  const names = await deploymentsOfRepo(table, { id: repoId })
  const repo = names.length === 0 ? undefined : await getRepo(table, repoId)
  if (repo === undefined) return
  for (const name of names) await changeDeployment(table, name, (item) => followed(table, item, { repo, deviceOf }))
}

interface FollowAliases {
  repoId: string
  /** The current device of each pool, which decides the file. */
  deviceOf: DeviceOf
}

async function followed(
  table: Table,
  item: DeploymentItem,
  { repo, deviceOf }: { repo: RepoItem; deviceOf: DeviceOf },
): Promise<DeploymentItem | undefined> {
  const device = await deviceOf(item.pool)
  const follow = (target: DeploymentTarget) => {
    if (target.follows !== true || target.repoId !== repo.id) return target
    return mayFollow(item, repo) ? moved(table, { target, device }) : { ...target, followFault: closed(repo) }
  }
  const targets = withoutHeir(staysTogether(targetsOf(item), await Promise.all(targetsOf(item).map(follow))))
  const shadow = item.shadow && { ...item.shadow, target: await follow(item.shadow.target) }
  const isSame = orderedText([targets, shadow]) === orderedText([targetsOf(item), item.shadow])
  const [first] = targets
  if (isSame || first === undefined) return undefined
  const { followFault: _, ownWeight: __, ...before } = item
  return { ...before, ...first, targets, ...(shadow !== undefined && { shadow }) }
}

/**
 * Whoever deployed it could read it then. Others than the owner get no new revisions of a private repo this way; anyone
 * who may still read it can deploy it again.
 */
const mayFollow = ({ owner }: DeploymentItem, repo: RepoItem): boolean =>
  repo.deletedAt === undefined && (repo.visibility === 'public' || repo.owner.toLowerCase() === owner.toLowerCase())

const closed = ({ owner, deletedAt }: RepoItem): string =>
  deletedAt === undefined
    ? `The repo is private to "${owner}": deploy it again with an account that may read it.`
    : 'The repo was deleted.'

/**
 * All targets must answer the same requests, so a target whose task would change stays, unless all change to the same
 * task.
 */
function staysTogether(before: readonly DeploymentTarget[], after: readonly DeploymentTarget[]): DeploymentTarget[] {
  const areApart = (targets: readonly DeploymentTarget[]) => new Set(targets.map(({ task }) => servedAs(task))).size > 1
  if (areApart(before) || !areApart(after)) return [...after]
  return after.map((target, index) => {
    const standing = before[index]
    if (standing === undefined || servedAs(standing.task) === servedAs(target.task)) return target
    const now = `The alias "${target.ref}" names ${target.revision.slice(0, 12)} now, which is served as ${target.task}`
    return { ...standing, followFault: `${now}: all targets of a deployment have to do the same task.` }
  })
}

/** The target at its alias's revision, or where it was, with the reason. */
async function moved(table: Table, { target, device }: Moved): Promise<DeploymentTarget> {
  const { followFault: _, ...standing } = target
  const { repoId, ref, revision, wantedFile, precision, wantedTask } = target
  const alias = await getRef(table, { repoId, kind: 'alias', name: ref })
  if (alias === undefined) return { ...standing, followFault: `The alias "${ref}" was deleted.` }
  if (alias.revision === revision) return standing
  const found = await getRevision(table, repoId, alias.revision)
  try {
    const { metadata } = found ?? {}
    const on = device ?? target.device
    const asked = { wanted: wantedFile, precision, wantedTask, device: on }
    const chosen = chooseOnnxFile({ target: target.target, metadata, ...asked })
    const { rolledBack: __, ...judgedAnew } = standing
    return { ...judgedAnew, ...(on !== undefined && { device: on }), revision: alias.revision, ...chosen }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { ...standing, followFault: `The alias "${ref}" names ${alias.revision.slice(0, 12)} now: ${error.message}` }
  }
}

interface Moved {
  target: DeploymentTarget
  device: ModelDevice | undefined
}
