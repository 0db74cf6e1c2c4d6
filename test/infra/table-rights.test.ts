import type { Template } from 'aws-cdk-lib/assertions'
import { describe, expect, it, onTestFinished } from 'vitest'
import { inParallel } from '../../shared/in-parallel.ts'
import { type TableAccess, tableAccess } from '../../shared/table/access.ts'
import { tableDefinition } from '../../shared/table/definition.ts'
import { absent, present } from '../../shared/table/table.ts'
import { policedTable } from './policed-table.ts'
import { policyOf } from './policies.ts'
import { templates } from './synthesised-app.ts'

const { api, gpu } = templates()

/** The role of each deployable with table access. */
const roles: Record<keyof typeof tableAccess, [Template, RegExp]> = {
  registry: [api, /^RegistryRole/],
  hub: [api, /^RegistryHubRole/],
  auth: [api, /^RegistryAuthRole/],
  ingest: [api, /^IngestWorkerRole/],
  drop: [api, /^DropsWorkerRole/],
  cleanup: [api, /^CleanupSweepRole/],
  maintenance: [api, /^RegistryMaintenanceWorkerRole/],
  inference: [gpu, /^TaskDefinitionTaskRole/],
}

type Policed = Awaited<ReturnType<typeof policedTable>>
type Call = () => Promise<unknown>

const concurrency = 8
const itemIn = (pattern: string) => ({ pk: pattern.replace('*', 'one'), sk: 'a' })
const change = { expression: 'SET a = :a', values: { ':a': 1 } }
const { orders, indexes } = tableDefinition

/** Every call with which the code reads such a partition. */
const readings = ({ table }: Policed, pattern: string): Call[] => {
  const key = itemIn(pattern)
  const query = { expression: 'pk = :pk', values: { ':pk': key.pk } }
  return [
    () => table.get(key),
    () => table.query(query),
    ...orders.map(
      ({ name }) =>
        () =>
          table.query({ ...query, index: name }),
    ),
    () => table.transact([{ check: key, condition: present }]),
  ]
}

/** Every call with which the code writes to such a partition. */
const writings = ({ table }: Policed, pattern: string): Call[] => {
  const key = itemIn(pattern)
  return [
    () => table.put(key),
    () => table.update(key, change),
    () => table.updated(key, change),
    () => table.delete(key),
    () => table.putMany([key]),
    () => table.deleteMany([key]),
    () => table.transact([{ put: key, condition: absent }]),
    () => table.transact([{ update: key, change }]),
    () => table.transact([{ delete: key }]),
  ]
}

const appending = ({ table }: Policed, pattern: string): Call[] => [
  () => table.put(itemIn(pattern), absent),
  () => table.transact([{ put: itemIn(pattern), condition: absent }]),
]

const listing = ({ table }: Policed, pattern: string): Call[] =>
  indexes.map(({ name, partitionKey }) => {
    const values = { ':partition': pattern.replace('*', 'one') }
    return () => table.query({ index: name, expression: `${partitionKey} = :partition`, values })
  })

async function policed(deployable: keyof typeof tableAccess) {
  const database = await policedTable({ isAllowed: policyOf(...roles[deployable]) })
  onTestFinished(database.close)
  return database
}

describe.each(Object.keys(tableAccess) as (keyof typeof tableAccess)[])('the role of %s', (deployable) => {
  const access: TableAccess = tableAccess[deployable]
  const { reads = [], writes = [], appends = [], lists = [], scans = false } = access

  it('allows everything in its access list, by every call of the code', async () => {
    const database = await policed(deployable)
    const calls = [
      ...[...reads, ...writes].flatMap((pattern) => readings(database, pattern)),
      ...writes.flatMap((pattern) => writings(database, pattern)),
      ...appends.flatMap((pattern) => appending(database, pattern)),
      ...lists.flatMap((pattern) => listing(database, pattern)),
      ...(scans ? [() => database.scan({})] : []),
    ]
    await inParallel(calls, concurrency, (call) => call())
    expect(calls.length).toBeGreaterThan(20)
  })

  it('allows no write to what is only readable, and nothing else', async () => {
    const database = await policed(deployable)
    const only = (patterns: readonly string[], others: readonly string[]) =>
      patterns.filter((pattern) => !others.includes(pattern))
    const calls = [
      ...only(reads, [...writes, ...appends]).flatMap((pattern) => writings(database, pattern)),
      ...only(appends, [...reads, ...writes]).flatMap((pattern) => readings(database, pattern)),
      ...readings(database, 'NOBODYS#*'),
      ...writings(database, 'NOBODYS#*'),
      ...listing(database, 'NOBODYS'),
      ...(scans ? [] : [() => database.scan({})]),
    ]
    await inParallel(calls, concurrency, async (call) => {
      await expect(call()).rejects.toMatchObject({ name: 'AccessDeniedException' })
    })
  })
})
