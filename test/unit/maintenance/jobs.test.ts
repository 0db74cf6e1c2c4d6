import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLogger } from '../../../shared/log.ts'
import { getJob } from '../../../shared/table/maintenance-jobs.ts'
import { Fuse } from '../../faults/support/fuse.ts'
import { startRegistry, type TestRegistry } from './support/registry.ts'

let registry: TestRegistry
beforeEach(async () => {
  registry = await startRegistry()
  await registry.repo('acme/one', { 'a.txt': 'a' })
  await registry.repo('acme/two', { 'a.txt': 'b' })
})
afterEach(() => registry.close())

describe('a maintenance job', () => {
  it('runs alone: the same job is returned, another one is refused, and the next can start when it is over', async () => {
    const maintenance = registry.maintenance()
    const { job, created } = await maintenance.start('fsck', { deep: true })
    expect(created).toBe(true)
    expect(await maintenance.start('fsck', { deep: true })).toMatchObject({ created: false, job: { id: job.id } })
    await expect(maintenance.start('gc')).rejects.toMatchObject({ code: 'conflict' })
    await expect(maintenance.start('fsck')).rejects.toMatchObject({ code: 'conflict' })
    while (await maintenance.step());
    expect((await maintenance.start('gc')).created).toBe(true)
  })

  it('is created once, however many request it at once', async () => {
    const maintenance = registry.maintenance()
    const asked = await Promise.allSettled(Array.from({ length: 20 }, () => maintenance.start('gc')))
    const ids = asked.map((one) => (one.status === 'fulfilled' ? one.value : one.reason))
    expect(ids.filter(({ created }) => created)).toHaveLength(1)
    expect(new Set(ids.map(({ job }) => job.id)).size).toBe(1)
  })

  it.each(['fsck', 'gc', 'backup'] as const)(
    'continues after the death of its worker at any write: %s',
    { timeout: 240_000 },
    async (kind) => {
      const whole = await registry.maintenance({ limits: { budgetMs: 0 } }).run(kind)
      expect(whole.state).toBe('DONE')
      let at = 1
      for (let hasDied = true; hasDied; at += kind === 'gc' ? 29 : 2) {
        const fuse = new Fuse({ at, writes: at % 2 === 0, dies: true })
        let moment = Date.now() + 3_600_000
        const now = () => new Date(moment)
        const mortal = registry.maintenance({
          table: fuse.table(registry.database.table),
          objects: fuse.objects(registry.objects),
          now,
        })
        const { job } = await mortal.start(kind).catch(async () => registry.maintenance({ now }).start(kind))
        await mortal.step().catch(() => {})
        hasDied = fuse.isDead
        moment += 20 * 60_000
        const heir = registry.maintenance({ now })
        await heir.start(kind)
        while (await heir.step());
        expect(await getJob(registry.database.table, job.id), `died at write ${at}`).toMatchObject({ state: 'DONE' })
      }
      expect(at).toBeGreaterThan(8)
      expect((await registry.maintenance().run('fsck', { deep: true })).counts.discrepancies ?? 0).toBe(0)
    },
  )

  it('runs once, however often its message is delivered', async () => {
    const maintenance = registry.maintenance({ limits: { budgetMs: 0 } })
    await maintenance.start('backup')
    for (const message of maintenance.waiting.slice()) maintenance.waiting.push(message, message, message)
    for (let steps = 0; steps < 400 && maintenance.waiting.length > 0; steps++)
      await Promise.all([maintenance.step(), maintenance.step(), maintenance.step()])
    const jobs = (await registry.database.scan()).filter(({ sk }) => String(sk).startsWith('JOB#'))
    expect(jobs).toMatchObject([{ state: 'DONE' }])
    const records = (await registry.objects.list({ prefix: 'backups/2' })).objects.filter(({ key }) =>
      key.endsWith('backup.json'),
    )
    expect(records).toHaveLength(1)
  })

  it('fails with its reason and allows the next if retrying cannot help', async () => {
    const maintenance = registry.maintenance()
    const job = await maintenance.run('restore')
    expect(job).toMatchObject({ state: 'FAILED', failure: { code: 'backup_not_found' } })
    expect((await maintenance.start('gc')).created).toBe(true)
  })

  it('is logged as a warning if it is refused, and as an error without a stack if the reason is known', async () => {
    const lines: Record<string, unknown>[] = []
    const log = createLogger({ level: 'warn', destination: { write: (line: string) => lines.push(JSON.parse(line)) } })
    const maintenance = registry.maintenance({ log })
    await maintenance.run('restore')
    expect(lines).toEqual([expect.objectContaining({ level: 'warn', code: 'backup_not_found' })])
    await registry.database.table.put({ pk: 'NOVEL#1', sk: 'NOVEL' })
    await maintenance.run('backup')
    expect(lines[1]).toMatchObject({ level: 'error', code: 'unknown_item' })
    expect(lines[1]).not.toHaveProperty('err')
  })

  it('that was abandoned is ended by the next one', async () => {
    let moment = Date.now()
    const maintenance = registry.maintenance({ now: () => new Date(moment) })
    const { job } = await maintenance.start('gc')
    moment += 3 * 3_600_000
    expect(await maintenance.start('backup')).toMatchObject({ created: true })
    expect(await getJob(registry.database.table, job.id)).toMatchObject({
      state: 'FAILED',
      failure: { code: 'abandoned' },
    })
  })
})
