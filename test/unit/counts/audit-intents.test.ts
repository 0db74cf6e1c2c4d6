import { beforeEach, expect, it } from 'vitest'
import { recoverEvents } from '../../../functions/cleanup/recover-events.ts'
import { createLogger } from '../../../shared/log.ts'
import { tableAccess } from '../../../shared/table/access.ts'
import { findOwner } from '../../../shared/table/owners.ts'
import type { Table } from '../../../shared/table/table.ts'
import { guardedTable } from '../../support/guarded-table.ts'
import { adminToken, type CountedHost } from './support/counted-host.ts'
import { host, useCountedHost } from './support/use-counted-host.ts'

useCountedHost()

let name: string
let runs = 0
beforeEach(() => {
  name = `intended-${++runs}`
  host.clock.ms += 1000
})

const intents = async () => (await host.scan()).filter(({ pk }) => String(pk).startsWith('INTENT#'))
/** Runs the sweep an hour later; returns how many events it recovered. */
const sweep = () => {
  host.clock.ms += 3_600_000
  const table = guardedTable(host.table, tableAccess.cleanup)
  return recoverEvents({ table, before: host.now(), log: createLogger({ level: 'silent' }) })
}
const eventsOf = async (owner: string) =>
  (await host.events()).filter((event) => event.owner === owner || event.target === `owners/${owner}`)
const make = (ask: CountedHost['ask'], token: string | undefined = adminToken) =>
  ask('/api/v1/owners', { json: { name }, token })

/** A process that dies just before recording an outcome. */
const dying = (table: Table): Table => ({
  ...table,
  transact: (actions) =>
    actions.some((action) => 'put' in action && action.put.pk.startsWith('AUDIT#'))
      ? new Promise<never>(() => {})
      : table.transact(actions),
})

it('an action whose process died before recording its outcome is recorded by a sweep, once', async () => {
  const { token, id } = await host.person('intender')
  await make(host.ask, token)
  name = `${name}-more`
  void make(host.connect(dying), token)
  await expect.poll(() => findOwner(host.table, name)).toBeDefined()
  const before = (await host.events()).length
  expect(await sweep()).toBe(1)
  const events = await host.events()
  expect(events).toHaveLength(before + 1)
  expect(events.filter(({ outcome }) => (outcome as { result: string }).result === 'unknown')).toMatchObject([
    { action: 'owner.create', actor: { userId: id, username: 'intender' }, outcome: { result: 'unknown' } },
  ])
  expect(await sweep()).toBe(0)
  expect(await intents()).toEqual([])
  const shown = await host.asAdmin('/api/v1/audit?actor=intender&action=owner.create')
  expect(shown.body.items.map(({ outcome }: { outcome: { result: string } }) => outcome.result)).toEqual([
    'unknown',
    'done',
  ])
})

it('a completed action is recorded once, as done or refused, and leaves nothing to sweep', async () => {
  expect((await make(host.ask)).status).toBe(201)
  expect((await make(host.ask)).status).toBe(409)
  expect(await intents()).toEqual([])
  expect(await sweep()).toBe(0)
  const outcomes = (await eventsOf(name)).map(({ outcome }) => (outcome as { result: string }).result)
  expect(outcomes).toEqual(['done', 'refused'])
})

it('strangers write no intents', async () => {
  const announced: string[] = []
  const ask = host.connect((table) => ({
    ...table,
    put: async (item, condition) => {
      announced.push(item.pk)
      await table.put(item, condition)
    },
  }))
  expect((await ask('/api/v1/owners', { json: { name } })).status).toBe(401)
  expect(announced.filter((pk) => pk.startsWith('INTENT#'))).toEqual([])
})

it('an action whose intent cannot be written is not done', async () => {
  const broken = host.connect((table) => ({
    ...table,
    put: async (item, condition) => {
      if (item.pk.startsWith('INTENT#')) throw new Error('the table is away')
      await table.put(item, condition)
    },
  }))
  expect(await make(broken)).toMatchObject({ status: 500, body: { error: { code: 'not_recorded', retryable: true } } })
  expect(await findOwner(host.table, name)).toBeUndefined()
})

it('an action that outlasts the sweep is recorded as unknown, and then with its outcome', async () => {
  const late = host.connect((table) => ({
    ...table,
    transact: async (actions) => {
      const tells = actions.some((action) => 'put' in action && action.put.pk.startsWith('AUDIT#'))
      if (tells) await sweep()
      await table.transact(actions)
    },
  }))
  expect((await make(late)).status).toBe(201)
  const results = (await host.events()).slice(-2).map(({ outcome }) => (outcome as { result: string }).result)
  expect(results).toEqual(['unknown', 'done'])
})

it('an event is written before the response, which is 500 if that fails; a refusal stays a refusal', async () => {
  const broken = host.connect((table) => ({
    ...table,
    transact: async (actions) => {
      if (actions.some((action) => 'put' in action && action.put.pk.startsWith('AUDIT#')))
        throw new Error('the table is away')
      await table.transact(actions)
    },
  }))
  const made = await broken('/api/v1/owners', { json: { name: 'unheard' }, token: adminToken })
  expect(made).toMatchObject({ status: 500, body: { error: { code: 'not_recorded' } } })
  expect((await broken('/api/v1/owners', { json: { name: 'unheard' }, token: adminToken })).status).toBe(409)
})
