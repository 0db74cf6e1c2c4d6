import type { z } from 'zod'
import type { Principal } from '../../shared/auth/principal.ts'
import type { changeDeployment, createDeployment } from '../../shared/contract/deployment.ts'
import type { WantedTarget } from '../../shared/contract/deployment-target.ts'
import { errors } from '../../shared/errors.ts'
import type { ModelDevice } from '../../shared/model/precision.ts'
import type { DeviceOf } from '../../shared/repos/pool-devices.ts'
import {
  type DeploymentItem,
  type DeploymentSettings,
  type DeploymentTarget,
  targetsOf,
} from '../../shared/table/deployment-item.ts'
import type { Table } from '../../shared/table/table.ts'
import { chooseTarget } from './choose-targets.ts'
import { requireOneTask } from './require-one-task.ts'

type Creation = z.output<typeof createDeployment>
type Change = z.output<typeof changeDeployment>

/** Resolves a request for a new deployment into targets and settings. */
export async function wantedDeployment({ asked, ...choice }: Wanted<Creation>) {
  const { target = '', targets, file, precision, task, follow, shadow, name: _, owner: __, ...settings } = asked
  const device = await choice.deviceOf(asked.pool)
  const chosen = await chooseAll({ ...choice, device, wanted: targets ?? [{ target, file, precision, task, follow }] })
  const [first] = chosen
  if (first === undefined) throw errors.invalidRequest('"targets" is empty.', 'targets')
  const copied = shadow && (await shadowOf({ ...choice, device, asked: shadow }))
  requireOneTask({ targets: chosen, shadow: copied?.target })
  return { ...first, targets: chosen, ...(copied && { shadow: copied }), ...(settings satisfies DeploymentSettings) }
}

/** The changed deployment. Targets in the request are resolved anew, even under the same name. */
export async function changedDeployment({
  asked,
  before,
  ...choice
}: Wanted<Change> & { before: DeploymentItem }): Promise<DeploymentItem> {
  const { target: _, targets: __, file: ___, precision: ____, task: _____, follow: ______, shadow, ...settings } = asked
  requireMinWithinMax(settings, before)
  const wanted = wantedOf(asked, before)
  const device = await choice.deviceOf(before.pool)
  const chosen = wanted === undefined ? targetsOf(before) : await chooseAll({ ...choice, device, wanted })
  const copied = shadow ? await shadowOf({ ...choice, device, asked: shadow }) : shadow
  // An existing combination is not refused for changing another setting.
  if (wanted !== undefined || copied)
    requireOneTask({ targets: chosen, shadow: copied === undefined ? before.shadow?.target : copied?.target })
  const [first] = chosen
  return withoutAbsent({
    ...before,
    ...withoutOwnParts(before),
    ...first,
    targets: chosen,
    ...settings,
    ...(copied !== undefined && { shadow: copied }),
  })
}

/** The request must fit the settings that stay. @throws AppError `invalid_request` */
function requireMinWithinMax(asked: Pick<Change, 'min' | 'max'>, before: DeploymentItem): void {
  const { min = before.min ?? 1, max = before.max } = asked
  const isNamed = asked.min !== undefined || asked.max !== undefined
  if (!isNamed || typeof max !== 'number' || min <= max) return
  throw errors.invalidRequest(`"max" would be ${max}, and must be at least "min", which would be ${min}.`, 'max')
}

interface Wanted<Asked> {
  table: Table
  principal: Principal
  asked: Asked
  deviceOf: DeviceOf
}

function wantedOf({ target, targets, file, precision, task, follow }: Change, before: DeploymentItem) {
  if (targets !== undefined) return targets
  if ([target, file, precision, task, follow].every((part) => part === undefined)) return undefined
  const standing = targetsOf(before)
  const [only] = standing
  if (target !== undefined) return [{ target, file, precision, task, follow }]
  if (standing.length > 1 || only === undefined)
    throw errors.invalidRequest('The deployment has several targets: send all of them as "targets".', 'targets')
  // A new file or precision replaces the old choice of either.
  const files = file !== undefined || precision !== undefined ? { file, precision } : filesOf(only)
  return [{ target: only.target, ...files, task: task ?? only.wantedTask, follow }]
}

const filesOf = ({ wantedFile, precision }: DeploymentTarget) => ({ file: wantedFile, precision })

const chooseAll = ({ wanted, ...choice }: ChooseAll): Promise<DeploymentTarget[]> =>
  Promise.all(wanted.map((one) => chooseTarget({ ...choice, wanted: one })))

interface ChooseAll {
  table: Table
  principal: Principal
  device: ModelDevice | undefined
  wanted: readonly WantedTarget[]
}

async function shadowOf({ asked, ...choice }: Omit<ChooseAll, 'wanted'> & { asked: NonNullable<Creation['shadow']> }) {
  const { percent, ...wanted } = asked
  return { percent, target: await chooseTarget({ ...choice, wanted }) }
}

/** Clears optional fields of the first target that its successor may lack. */
const withoutOwnParts = (_: DeploymentItem) => ({
  wantedFile: undefined,
  precision: undefined,
  wantedTask: undefined,
  device: undefined,
  pipelineTag: undefined,
  weight: undefined,
  follows: undefined,
  followFault: undefined,
  rolledBack: undefined,
  ownWeight: undefined,
})

/** `null` removes a field. */
const withoutAbsent = (item: Record<string, unknown>): DeploymentItem =>
  Object.fromEntries(
    Object.entries(item).filter(([, value]) => value !== undefined && value !== null),
  ) as unknown as DeploymentItem
