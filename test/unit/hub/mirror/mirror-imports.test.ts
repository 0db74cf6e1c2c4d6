import { afterAll, beforeAll, expect, it } from 'vitest'
import { createMirrorImports } from '../../../../functions/hub/mirror/mirror-imports.ts'
import { bootstrapAdmin } from '../../../../shared/auth/verify.ts'
import { createLogger } from '../../../../shared/log.ts'
import { keys } from '../../../../shared/table/keys.ts'
import { findOwner } from '../../../../shared/table/owners.ts'
import type { Table } from '../../../../shared/table/table.ts'
import { startTable, type TestTable } from '../../../support/dynoxide.ts'

let database: TestTable
beforeAll(async () => {
  database = await startTable()
})
afterAll(() => database.close())

it('imports nothing into a mirror namespace that is deleted at that moment, until it is read again', async () => {
  const { table } = database
  const at = new Date().toISOString()
  const endpoint = 'https://hub.test'
  const mirrored = { name: 'far', kind: 'organisation', mirror: endpoint, admins: 0, createdAt: at, createdBy: 'admin' }
  await table.put({ ...keys.owner('far'), ...mirrored })
  let looks = 0
  const get: Table['get'] = async (key, options) => {
    const item = await table.get(key, options)
    // The last check before the import.
    if (key.pk === keys.owner('far').pk && ++looks === 2) await table.delete(key)
    return item as never
  }
  const repo = 'far/model'
  const snapshot = { repo, commit: 'c'.repeat(40), isPublic: true, createdAt: at, updatedAt: at, tags: [] }
  const storing = createMirrorImports({
    table: { ...table, get },
    queue: { send: async () => {}, sendMany: async () => {} },
    importsMax: 5,
    upstream: { endpoint } as Parameters<typeof createMirrorImports>[0]['upstream'],
    log: createLogger({ level: 'silent' }),
    now: () => new Date(),
  })
  const imports = async () => (await database.scan()).filter(({ sk }) => sk === 'IMPORT')
  const read = () => storing.begin({ snapshot, ref: 'main', principal: bootstrapAdmin })
  await read()
  expect([await findOwner(table, 'far'), await imports()]).toEqual([undefined, []])
  await read()
  expect(await imports()).toMatchObject([{ repo, state: 'PENDING' }])
  expect(await findOwner(table, 'far')).toMatchObject({ mirror: endpoint })
})
