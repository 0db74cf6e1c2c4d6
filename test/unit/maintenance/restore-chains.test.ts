import { describe, expect, it } from 'vitest'
import { useRestores } from './support/use-restores.ts'

const { registry, run, found, listed, loseTable, check } = useRestores()

const rename = (fromRepo: string, toRepo: string) => registry().hub('/api/repos/move', 'POST', { fromRepo, toRepo })
const idOf = async (name: string) => (await found(name))?.id

describe('a restore after the loss of the table, with repos renamed since the backup,', () => {
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
  ])('gives "%s" its new name, and "%s" the name that this freed', async (first, second) => {
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

  it('gives two repos their swapped names', async () => {
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

  it('finds a repo by all names it had', async () => {
    const id = await idOf('acme/one')
    await run('backup')
    await rename('acme/one', 'acme/three')
    await rename('acme/three', 'acme/four')
    await loseAndRestore()
    const names = ['acme/one', 'acme/three', 'acme/four']
    expect(await Promise.all(names.map(idOf))).toEqual([id, id, id])
    expect(await listed()).toEqual(['acme/four', 'acme/two'])
  })

  it('does not redirect a name that another repo has', async () => {
    await run('backup')
    await rename('acme/one', 'acme/three')
    await rename('acme/three', 'acme/four')
    await rename('acme/two', 'acme/three')
    const ids = [await idOf('acme/four'), await idOf('acme/three')]
    await loseAndRestore()
    expect([await idOf('acme/four'), await idOf('acme/three')]).toEqual(ids)
    expect(await check()).toEqual([])
  })

  it('without a backup, fsck also finds a repo by its former name', async () => {
    const id = await idOf('acme/one')
    await rename('acme/one', 'acme/three')
    await registry().ingest()
    await loseTable()
    await check({ repair: true })
    expect([await idOf('acme/one'), await idOf('acme/three')]).toEqual([id, id])
  })
})
