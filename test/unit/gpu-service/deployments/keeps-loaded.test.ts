import { expect, it } from 'vitest'
import { asServedHere, keepsLoaded } from '../../../../gpu-service/deployments/keeps-loaded.ts'
import type { DeploymentItem } from '../../../../shared/table/deployments.ts'

const replicas = Array.from({ length: 10 }, (_, index) => `ip-10-0-0-${index}.internal-7`)
const keepersOf = (item: Pick<DeploymentItem, 'name' | 'max'>, among = replicas) =>
  among.filter((self) => keepsLoaded({ item, self, replicas: among.toReversed() }))
const names = Array.from({ length: 200 }, (_, index) => `model-${index}`)

it('keepers are as many as `max` allows, and every replica agrees who they are', () => {
  for (const max of [1, 3, 10, 20])
    for (const name of names) expect(keepersOf({ name, max })).toHaveLength(Math.min(max, replicas.length))
  expect(keepersOf({ name: 'a', max: undefined })).toEqual(replicas)
})

it('keepers are spread over the replicas', () => {
  const counts = new Map(replicas.map((replica) => [replica, 0]))
  for (const name of names)
    for (const keeper of keepersOf({ name, max: 2 })) counts.set(keeper, (counts.get(keeper) ?? 0) + 1)
  for (const count of counts.values()) expect(count).toBeGreaterThan(20)
})

it('keepers stay the same when another replica comes or goes', () => {
  for (const name of names) {
    const before = keepersOf({ name, max: 3 })
    const gone = before[1]
    const after = keepersOf(
      { name, max: 3 },
      replicas.filter((replica) => replica !== gone),
    )
    expect(after).toEqual(expect.arrayContaining(before.filter((replica) => replica !== gone)))
  }
})

it('a replica that is not in the table yet already knows whether it will be a keeper', () => {
  const keeps = (name: string, among: readonly string[]) =>
    keepsLoaded({ item: { name, max: 3 }, self: 'new', replicas: among })
  const before = names.map((name) => keeps(name, replicas))
  expect(before).toEqual(names.map((name) => keepersOf({ name, max: 3 }, [...replicas, 'new']).includes('new')))
  expect(new Set(before)).toEqual(new Set([true, false]))
})

it('a keeper keeps the model loaded as deployed; other replicas load it on demand', () => {
  const item = { name: 'a', min: 2, max: 3 } as DeploymentItem
  expect(asServedHere(item, true)).toBe(item)
  expect(asServedHere(item, false)).toEqual({ ...item, min: 0 })
  const asleep = { ...item, min: 0 }
  expect(asServedHere(asleep, false)).toBe(asleep)
})
