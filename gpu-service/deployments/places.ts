import { type DeploymentItem, type DeploymentTarget, targetsOf } from '../../shared/table/deployments.ts'
import type { DeploymentSlot } from './deployment-slot.ts'

/** Where one target of a deployment stands. */
export interface Place {
  /** Which of the deployment's targets it is. */
  index: number
  /** The same for callers whatever revision it is at. */
  id: string
  weight: number
  target: DeploymentTarget
  slot: DeploymentSlot
  /** What was in this place before, and answers until the slot does. */
  standIn: DeploymentSlot | undefined
}

export interface Arranged {
  places: Place[]
  /** What gets copies of requests. */
  shadow: DeploymentSlot | undefined
  /** What is in no place any more. */
  leaving: DeploymentSlot[]
}

/**
 * Puts every target of a deployment into its place. One that is there already keeps its slot, wherever it was; one that
 * is new gets a slot, and what answered in its place before stands in for it. Where nobody would answer otherwise,
 * whoever did in another place stands in.
 */
export function arrange({ item, before, shadowBefore, create }: Arrange): Arranged {
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
  const places = wanted.flatMap((target, index): Place[] => {
    const slot = slots[index]
    if (slot === undefined) return []
    const last = before.find((place) => place.index === index)
    const standIn = last === undefined || slot.served !== undefined ? undefined : standInOf(last, staying)
    if (standIn !== undefined) staying.add(standIn)
    return [{ index, id: idOf(wanted, index), weight: weightOf(target), target, slot, standIn }]
  })
  const [unanswered] = places
  if (unanswered !== undefined && !places.some(isAnswering)) {
    const standIn = before.map((place) => standInOf(place, staying)).find((slot) => slot && !isRolledBack(item, slot))
    if (standIn !== undefined) staying.add(standIn)
    unanswered.standIn = standIn
  }
  const shadow =
    item.shadow === undefined || item.isPaused === true ? undefined : slotFor(item.shadow.target, `${item.name}:shadow`)
  return { places, shadow, leaving: [...existing].filter((slot) => !staying.has(slot)) }
}

interface Arrange {
  item: DeploymentItem
  before: readonly Place[]
  shadowBefore: DeploymentSlot | undefined
  create: (item: DeploymentItem, label: string) => DeploymentSlot
}

export const slotsOf = ({ slot, standIn }: Place): DeploymentSlot[] =>
  standIn === undefined ? [slot] : [slot, standIn]

const isAnswering = (place: Place): boolean => slotsOf(place).some(({ served }) => served !== undefined)

/** What answered last in a place, where nothing else needs it. */
const standInOf = (place: Place, staying: ReadonlySet<DeploymentSlot>): DeploymentSlot | undefined =>
  slotsOf(place).find((slot) => slot.served !== undefined && !staying.has(slot))

const weightOf = ({ weight = 1, rolledBack }: DeploymentTarget): number => (rolledBack === undefined ? weight : 0)

const isRolledBack = (item: DeploymentItem, slot: DeploymentSlot): boolean =>
  targetsOf(item).some(
    (target) => target.rolledBack !== undefined && identity(itemOf(item, target)) === identity(slot.item),
  )

/**
 * What a caller means by a target: a newer revision of the same name is the same target, another file is not. The same
 * name may stand there twice, at what it names now and where it was: with one id for both, every key would go to one.
 */
function idOf(targets: readonly DeploymentTarget[], index: number): string {
  const names = targets.map(({ repoId, ref, wantedFile, precision }) => [repoId, ref, wantedFile, precision])
  const texts = names.map((name) => JSON.stringify(name))
  const same = texts.slice(0, index).filter((text) => text === texts[index]).length
  return `${texts[index]}${same === 0 ? '' : ` ${same}`}`
}

/** The deployment as its one target has it. */
const itemOf = (item: DeploymentItem, target: DeploymentTarget): DeploymentItem => ({
  ...item,
  ...target,
  targets: undefined,
  shadow: undefined,
})

/** What cannot change below a slot: with another one, it is loaded anew beside it. */
const identity = (item: DeploymentItem): string => {
  const { repoId, revision, file, task, isolate, resultCache, min = 1, idleSeconds } = item
  return JSON.stringify([repoId, revision, file, task, isolate, resultCache, min === 0 ? [idleSeconds] : 'stays'])
}
