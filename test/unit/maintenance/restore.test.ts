import { describe, expect, it } from 'vitest'
import type { MaintenanceOptions } from '../../../shared/contract/maintenance.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { Fuse } from '../../faults/support/fuse.ts'
import { useRestores } from './support/use-restores.ts'

const { registry, run, found, listed, loseTable, check } = useRestores()

describe('a restore that replaces', () => {
  it('deletes the manifests of the repos that it replaces, so that no check misses them', async () => {
    await run('backup')
    await loseTable()
    await registry().repo('acme/one')
    const anew = await found('acme/one')
    expect((await run('restore')).failure).toMatchObject({
      code: 'registry_not_empty',
      message: expect.stringMatching(/--replace replaces it .* --merge keeps it/),
    })
    expect((await run('restore', { mode: 'replace' })).state).toBe('DONE')
    expect((await found('acme/one'))?.id).not.toBe(anew?.id)
    expect((await registry().objects.list({ prefix: `manifests/${anew?.id}/` })).objects).toEqual([])
    expect(await check()).toEqual([])
  })

  it('keeps the manifests of lost repos, so that a check can restore them', async () => {
    await run('backup')
    await registry().repo('acme/later')
    const later = await found('acme/later')
    await loseTable()
    await registry().repo('acme/one')
    await run('restore', { mode: 'replace' })
    expect(await registry().objects.head({ key: objectKeys.repoManifest(later?.id ?? '') })).toBeDefined()
    expect(await check({ repair: true })).toContain('repo-missing acme/later')
    expect(await listed()).toEqual(['acme/later', 'acme/one', 'acme/two'])
  })
})

describe('a restore that continues after the death of its worker', () => {
  /** Restores repeatedly, each time with a worker that dies at a later write and one that continues. */
  async function dying(options: MaintenanceOptions, prepare: () => Promise<void>) {
    let at = 1
    for (let hasDied = true; hasDied; at += 3) {
      await prepare()
      const fuse = new Fuse({ at, writes: at % 2 === 0, dies: true })
      let moment = Date.now() + 3_600_000
      const now = () => new Date(moment)
      const table = fuse.table(registry().database.table)
      const mortal = registry().maintenance({ table, objects: fuse.objects(registry().objects), now })
      await mortal.start('restore', options).catch(() => {})
      await mortal.step().catch(() => {})
      hasDied = fuse.isDead
      moment += 20 * 60_000
      const heir = registry().maintenance({ now })
      if (hasDied) expect((await heir.run('restore', options)).state, `died at write ${at}`).toBe('DONE')
      expect(await listed(), `died at write ${at}`).toEqual(['acme/one', 'acme/two'])
      expect(await check(), `died at write ${at}`).toEqual([])
    }
    return at
  }

  it('has added every repo completely, and counted it', async () => {
    await run('backup')
    expect(await dying({ mode: 'merge' }, loseTable)).toBeGreaterThan(30)
  })

  it('has left nothing of what it replaced', async () => {
    await run('backup')
    expect(await dying({ mode: 'replace' }, () => registry().repo('acme/later'))).toBeGreaterThan(12)
  })
})
