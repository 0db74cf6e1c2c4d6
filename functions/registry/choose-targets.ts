import { setTimeout as wait } from 'node:timers/promises'
import { accessRepo } from '../../shared/auth/access-repo.ts'
import type { Principal } from '../../shared/auth/principal.ts'
import type { WantedTarget } from '../../shared/contract/deployment-target.ts'
import { errors } from '../../shared/errors.ts'
import { chooseOnnxFile } from '../../shared/model/choose-onnx-file.ts'
import type { ModelDevice } from '../../shared/model/precision.ts'
import { formatTarget, parseTarget } from '../../shared/model/target.ts'
import { noRevision } from '../../shared/repos/ref-errors.ts'
import type { DeploymentTarget } from '../../shared/table/deployment-item.ts'
import { keys } from '../../shared/table/keys.ts'
import { fullName } from '../../shared/table/repo-item.ts'
import { getRef, getRevision, type RevisionItem, resolveRef } from '../../shared/table/repos.ts'
import type { Table, TransactAction } from '../../shared/table/table.ts'
import { unlessUnderWay } from './import-under-way.ts'

/** Resolves a requested target to its current revision and file. @throws AppError what is wrong with it */
export async function chooseTarget({ table, principal, wanted, device }: ChooseTarget): Promise<DeploymentTarget> {
  const parsed = parseTarget(wanted.target)
  const target = formatTarget(parsed)
  const orUnderWay = unlessUnderWay(table, { principal, target: parsed })
  const repo = await accessRepo(table, { principal, access: 'read', name: parsed.repo }).catch(orUnderWay)
  const [found, alias] = await Promise.all([
    resolveRef(table, repo.id, parsed.ref),
    getRef(table, { repoId: repo.id, kind: 'alias', name: parsed.ref }),
  ])
  if (found === undefined) return orUnderWay(noRevision(repo, parsed.ref))
  // As the Hub's clients create a repo: with a first commit that has no files.
  if (found.filesTotal === 0 && found.id === repo.revision) return orUnderWay(errors.repoEmpty(fullName(repo)))
  const revision = await onceInspected(table, found)
  const isAlias = alias !== undefined && alias.revision === revision.id && parsed.ref !== revision.id
  if (wanted.follow === true && !isAlias)
    throw errors.invalidRequest(`"follow": only aliases can be followed, and "${parsed.ref}" is not one.`, 'follow')
  const { precision, file: wantedFile, task: wantedTask, weight } = wanted
  const asked = { wanted: wantedFile, precision, wantedTask, device }
  const chosen = chooseOnnxFile({ target, metadata: revision.metadata, ...asked })
  return {
    target,
    repo: fullName(repo),
    repoId: repo.id,
    ref: parsed.ref,
    revision: revision.id,
    ...chosen,
    ...(wantedFile !== undefined && { wantedFile }),
    ...(precision !== undefined && { precision }),
    ...(wantedTask !== undefined && { wantedTask }),
    ...(device !== undefined && { device }),
    ...(weight !== undefined && { weight }),
    ...(isAlias && wanted.follow !== false && { follows: true }),
  }
}

/** Waits a moment for the inspection of a revision that was just published. */
async function onceInspected(table: Table, found: RevisionItem): Promise<RevisionItem> {
  const until = performance.now() + inspectionPatienceMs
  let revision = found
  while (revision.metadata === undefined && performance.now() < until) {
    await wait(inspectionLookMs)
    revision = (await getRevision(table, found.repoId, found.id)) ?? revision
  }
  return revision
}

const inspectionPatienceMs = 3000
const inspectionLookMs = 100

interface ChooseTarget {
  table: Table
  principal: Principal
  wanted: WantedTarget
  /** The device of the pool. */
  device: ModelDevice | undefined
}

/** For the transaction that creates a target: its alias has not moved since it was resolved. */
export const aliasesStand = (targets: readonly DeploymentTarget[]): TransactAction[] =>
  [...new Map(targets.filter(({ follows }) => follows).map((one) => [`${one.repoId} ${one.ref}`, one])).values()].map(
    ({ repoId, ref, revision }) => ({
      check: keys.alias(repoId, ref),
      condition: { expression: 'revision = :revision', values: { ':revision': revision } },
    }),
  )
