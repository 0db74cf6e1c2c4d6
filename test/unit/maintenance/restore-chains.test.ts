import { describe, expect, it } from 'vitest'
import { useRestores } from './support/use-restores.ts'

const { registry, run, found, listed, loseTable, check } = useRestores()

const rename = (fromRepo: string, toRepo: string) => registry().hub('/api/repos/move', 'POST', { fromRepo, toRepo })
const idOf = async (name: string) => (await found(name))?.id

describe('a restore after the loss of a table, with repos that were renamed since the backup,', () => {
  const loseAndRestore = async () => {
    await registry().ingest()
    await loseTable()
    const restored = registry().maintenance()
    expect((await restored.run('restore')).state).toBe('DONE')
    await registry().ingest(restored.asked)
  }

  it.each([
    ['one', 'two'],
    ['two', 'one'],
  ])('gives "%s" its new name, and "%s" the one that became free by that', async (first, second) => {
    const ids = [await idOf(`acme/${first}`), await idOf(`acme/${second}`)]
    await run('backup')
    await rename(`acme/${first}`, 'acme/three')
    await rename(`acme/${second}`, `acme/${first}`)
    await loseAndRestore()
    expect([await idOf('acme/three'), await idOf(`acme/${first}`)]).toEqual(ids)
    expect(await listed()).toEqual([`acme/${first}`, 'acme/three'].toSorted())
    expect(await idOf(`acme/${second}`)).toBe(ids[1])
    expect(await check()).toEqual([])
  })

  it('gives two each other’s names that swapped them', async () => {
    const ids = [await idOf('acme/one'), await idOf('acme/two')]
    await run('backup')
    await rename('acme/one', 'acme/three')
    await rename('acme/two', 'acme/one')
    await rename('acme/three', 'acme/two')
    await loseAndRestore()
    expect([await idOf('acme/two'), await idOf('acme/one')]).toEqual(ids)
    expect(await listed()).toEqual(['acme/one', 'acme/two'])
    expect(await check()).toEqual([])
  })

  it('leads from every name that one had to what it is called now', async () => {
    const id = await idOf('acme/one')
    await run('backup')
    await rename('acme/one', 'acme/three')
    await rename('acme/three', 'acme/four')
    await loseAndRestore()
    const names = ['acme/one', 'acme/three', 'acme/four']
    expect(await Promise.all(names.map(idOf))).toEqual([id, id, id])
    expect(await listed()).toEqual(['acme/four', 'acme/two'])
  })

  it('leads from no name that another one has by now', async () => {
    await run('backup')
    await rename('acme/one', 'acme/three')
    await rename('acme/three', 'acme/four')
    await rename('acme/two', 'acme/three')
    const ids = [await idOf('acme/four'), await idOf('acme/three')]
    await loseAndRestore()
    expect([await idOf('acme/four'), await idOf('acme/three')]).toEqual(ids)
    expect(await check()).toEqual([])
  })

  it('without a backup a check leads from the names that one had, too', async () => {
    const id = await idOf('acme/one')
    await rename('acme/one', 'acme/three')
    await registry().ingest()
    await loseTable()
    await check({ repair: true })
    expect([await idOf('acme/one'), await idOf('acme/three')]).toEqual([id, id])
  })
})
