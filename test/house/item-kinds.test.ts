import { describe, expect, it } from 'vitest'
import { itemKinds, kindOf } from '../../functions/maintenance/item-kinds.ts'
import { type ItemKey, keys } from '../../shared/table/keys.ts'

/** One key of every kind in `keys.ts`. */
const examples: [string, ItemKey][] = Object.entries(keys).map(([name, key]) => {
  if (typeof key !== 'function') return [name, key]
  const parameters = Array.from({ length: key.length }, () => '0a')
  // Text works for numbers and kinds, too.
  return [name, (key as (...parameters: string[]) => ItemKey)(...parameters)]
})

describe('maintenance', () => {
  it('knows every kind of table item, each as a kind of its own', () => {
    expect(examples.length).toBeGreaterThan(40)
    const unknown = examples.filter(([, key]) => kindOf(key) === undefined).map(([name]) => name)
    expect(unknown, 'add it to functions/maintenance/item-kinds.ts, and decide whether it is saved').toEqual([])
    const names = examples.map(([name, key]) => [kindOf(key)?.name ?? '', name] as const)
    const shared = names.filter(([kind], at) => names.findIndex(([other]) => other === kind) !== at)
    expect(shared, 'two kinds of keys are taken for one').toEqual([])
  })

  it('knows no kind that the table does not have', () => {
    const used = new Set(examples.map(([, key]) => kindOf(key)?.name))
    expect(itemKinds.map(({ name }) => name).filter((name) => !used.has(name))).toEqual([])
  })

  it('backs up no session, token, running work or signing key', () => {
    const isKept = (key: ItemKey) => ['saved', 'ended'].includes(kindOf(key)?.backup ?? '')
    const kept = examples.filter(([, key]) => isKept(key)).map(([name]) => name)
    for (const name of ['sessionFamily', 'refreshToken', 'loginAttempts', 'signingKey', 'uploadSecret', 'importFile'])
      expect(kept).not.toContain(name)
    for (const name of ['user', 'apiKey', 'password', 'repo', 'revision', 'revisionFile', 'auditEvent', 'deployment'])
      expect(kept).toContain(name)
  })
})
