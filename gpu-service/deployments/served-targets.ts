import { type DeploymentItem, type DeploymentTarget, targetsOf } from '../../shared/table/deployments.ts'
import type { DeploymentSlot } from './deployment-slot.ts'

/** One target of a deployment on this replica. */
export interface ServedTarget {
  /** Its index among the deployment's targets. */
  index: number
  /** Identifies it to callers across revisions. */
  id: string
  weight: number
  target: DeploymentTarget
  slot: DeploymentSlot
  /** The target's previous slot, which answers until the new one does. */
  standIn: DeploymentSlot | undefined
}

interface AssignedSlots {
  targets: ServedTarget[]
  /** Gets copies of requests. */
  shadow: DeploymentSlot | undefined
  /** Slots without a target. */
  leaving: DeploymentSlot[]
}

/**
 * Assigns a slot to every target. An already served target keeps its slot, at whatever index; a new one gets a new
 * slot, and the slot that answered at its index stands in for it. If nothing would answer otherwise, a slot of another
 * index stands in.
 */
export function assignSlots({ item, before, shadowBefore, create }: AssignSlots): AssignedSlots {
  const existing = new Set([...before.flatMap(slotsOf), ...(shadowBefore === undefined ? [] : [shadowBefore])])
  const staying = new Set<DeploymentSlot>()
  const slotFor = (target: DeploymentTarget, label: string): DeploymentSlot => {
    const own = itemOf(item, target)
    const found = [...existing].find(
      (slot) => slot.label === label && !staying.has(slot) && identity(slot.item) === identity(own),
    )
    const slot = found ?? create(own, label)
    slot.item = own
    staying.add(slot)
    return slot
  }
  const wanted = item.isPaused === true ? [] : targetsOf(item)
  const slots = wanted.map((target) => (weightOf(target) > 0 ? slotFor(target, item.name) : undefined))
  const targets = wanted.flatMap((target, index): ServedTarget[] => {
    const slot = slots[index]
    if (slot === undefined) return []
    const last = before.find((target) => target.index === index)
    const standIn = last === undefined || slot.served !== undefined ? undefined : standInOf(last, staying)
    if (standIn !== undefined) staying.add(standIn)
    return [{ index, id: idOf(wanted, index), weight: weightOf(target), target, slot, standIn }]
  })
  const [unanswered] = targets
  if (unanswered !== undefined && !targets.some(isAnswering)) {
    const standIn = before.map((target) => standInOf(target, staying)).find((slot) => slot && !isRolledBack(item, slot))
    if (standIn !== undefined) staying.add(standIn)
    unanswered.standIn = standIn
  }
  const shadow =
    item.shadow === undefined || item.isPaused === true ? undefined : slotFor(item.shadow.target, `${item.name}:shadow`)
  return { targets, shadow, leaving: [...existing].filter((slot) => !staying.has(slot)) }
}

interface AssignSlots {
  item: DeploymentItem
  before: readonly ServedTarget[]
  shadowBefore: DeploymentSlot | undefined
  create: (item: DeploymentItem, label: string) => DeploymentSlot
}

export const slotsOf = ({ slot, standIn }: ServedTarget): DeploymentSlot[] =>
  standIn === undefined ? [slot] : [slot, standIn]

const isAnswering = (target: ServedTarget): boolean => slotsOf(target).some(({ served }) => served !== undefined)

/** A target's last answering slot, if nothing else needs it. */
const standInOf = (target: ServedTarget, staying: ReadonlySet<DeploymentSlot>): DeploymentSlot | undefined =>
  slotsOf(target).find((slot) => slot.served !== undefined && !staying.has(slot))

const weightOf = ({ weight = 1, rolledBack }: DeploymentTarget): number => (rolledBack === undefined ? weight : 0)

const isRolledBack = (item: DeploymentItem, slot: DeploymentSlot): boolean =>
  targetsOf(item).some(
    (target) => target.rolledBack !== undefined && identity(itemOf(item, target)) === identity(slot.item),
  )

/**
 * Identifies a target to callers: a newer revision of the same ref is the same target, another file is not. Two targets
 * may have one ref, at its current and its old revision; ids must differ, or every key would go to one of them.
 */
function idOf(targets: readonly DeploymentTarget[], index: number): string {
  const names = targets.map(({ repoId, ref, wantedFile, precision }) => [repoId, ref, wantedFile, precision])
  const texts = names.map((name) => JSON.stringify(name))
  const same = texts.slice(0, index).filter((text) => text === texts[index]).length
  return `${texts[index]}${same === 0 ? '' : ` ${same}`}`
}

/** The deployment, with one target's fields. */
const itemOf = (item: DeploymentItem, target: DeploymentTarget): DeploymentItem => ({
  ...item,
  ...target,
  targets: undefined,
  shadow: undefined,
})

/** The properties that a slot cannot change; a change of any needs a new slot. */
const identity = (item: DeploymentItem): string => {
  const { repoId, revision, file, task, isolate, resultCache, min = 1, idleSeconds } = item
  return JSON.stringify([repoId, revision, file, task, isolate, resultCache, min === 0 ? [idleSeconds] : 'stays'])
}
