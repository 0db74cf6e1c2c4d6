import { describe, expect, it } from 'vitest'
import { itemKinds, kindOf } from '../../functions/maintenance/item-kinds.ts'
import { type ItemKey, keys } from '../../shared/table/keys.ts'

/** One key of every kind that `keys.ts` has, whatever its parameters are. */
const examples: [string, ItemKey][] = Object.entries(keys).map(([name, key]) => {
  if (typeof key !== 'function') return [name, key]
  const parameters = Array.from({ length: key.length }, () => '0a')
  // Numbers and kinds are taken as text just as well.
  return [name, (key as (...parameters: string[]) => ItemKey)(...parameters)]
})

describe('maintenance', () => {
  it('knows every kind of item that the table has, each by one kind of its own', () => {
    expect(examples.length).toBeGreaterThan(40)
    const unknown = examples.filter(([, key]) => kindOf(key) === undefined).map(([name]) => name)
    expect(unknown, 'add it to functions/maintenance/item-kinds.ts, and decide whether it is saved').toEqual([])
    const names = examples.map(([name, key]) => [kindOf(key)?.name ?? '', name] as const)
    const shared = names.filter(([kind], at) => names.findIndex(([other]) => other === kind) !== at)
    expect(shared, 'two kinds of keys are taken for one').toEqual([])
  })

  it('knows no kind of item that the table has not', () => {
    const used = new Set(examples.map(([, key]) => kindOf(key)?.name))
    expect(itemKinds.map(({ name }) => name).filter((name) => !used.has(name))).toEqual([])
  })

  it('saves no session, no token and nothing that is under way, and neither what signs tokens', () => {
    const isKept = (key: ItemKey) => ['saved', 'ended'].includes(kindOf(key)?.backup ?? '')
    const kept = examples.filter(([, key]) => isKept(key)).map(([name]) => name)
    for (const name of ['sessionFamily', 'refreshToken', 'loginAttempts', 'signingKey', 'uploadSecret', 'importFile'])
      expect(kept).not.toContain(name)
    for (const name of ['user', 'apiKey', 'password', 'repo', 'revision', 'revisionFile', 'auditEvent', 'deployment'])
      expect(kept).toContain(name)
  })
})
