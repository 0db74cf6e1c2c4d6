import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHubApp } from '../../functions/hub/app.ts'
import { createMetrics } from '../../shared/metrics.ts'
import { ask as askAt, withoutNames } from './ask.ts'
import { makeCallers } from './callers.ts'
import { hubRows } from './hub-rows.ts'
import { missingNames, type Names, secretMark } from './names.ts'
import { namespaceRows } from './namespace-rows.ts'
import { platformRows } from './platform-rows.ts'
import type { RouteRow, RouteRows } from './route-row.ts'
import { startWorld, type World } from './world.ts'

const rows: RouteRows = { ...namespaceRows, ...platformRows, ...hubRows }
const all = Object.entries(rows)

let world: World
/** Routes that the contract asks a token for, whatever they are about. */
let needsToken: Set<string>
let before: Awaited<ReturnType<World['settled']>>
/** Keys and tokens, by who comes with them. */
let callers: Awaited<ReturnType<typeof makeCallers>>
let without: Record<'read' | 'write' | 'infer' | 'admin', string>

beforeAll(async () => {
  world = await startWorld()
  callers = await makeCallers(world)
  const { ada, keyOf } = world
  without = {
    read: await keyOf(ada, ['infer']),
    write: await keyOf(ada, ['read', 'infer']),
    infer: await keyOf(ada, ['read', 'write']),
    admin: await keyOf(ada, ['read', 'write', 'infer']),
  }
  const documented = Object.entries(await documentedRoutes(world))
  const isTokenAsked = (ways: object[]) => ways.length > 0 && ways.every((way) => 'apiKey' in way)
  needsToken = new Set(documented.filter(([, ways]) => isTokenAsked(ways)).map(([route]) => route))
  before = await world.settled()
})
afterAll(() => world.close())

describe.skipIf(process.env.SLIPWAY_URL !== undefined)('tenancy', () => {
  it('has a row for every route of the OpenAPI document', async () => {
    expect(routesOf(platformRows)).toEqual(Object.keys(await documentedRoutes(world)).toSorted())
  })

  it('has a row for every route of the Hub protocol', () => {
    expect(routesOf(hubRows)).toEqual(hubRoutes())
  })

  it.each(all)('%s refuses who brings no valid token', async (route, row) => {
    if (row.about === 'open' || row.about === 'signed') return
    const { expired, revoked, unknown, disabled } = callers
    for (const [who, token] of Object.entries({ expired, revoked, unknown, disabled }))
      expect({ who, ...(await ask([route, row], world.names, token)) }).toMatchObject({ who, status: 401 })
    const nobody = await ask([route, row], world.names)
    if (row.about === 'list' && nobody.status === 200) expect(nobody.text).not.toContain(secretMark)
    else expect(nobody.status).toBe(401)
  })

  it.each(all)('%s is closed to another tenant, as if what is private were not there', async (route, row) => {
    const { stranger } = callers
    if (row.about === 'open' || (row.about === 'self' && isWrite(route))) return
    const hidden = await ask([route, row], world.names, stranger)
    const missing = await ask([route, row], missingNames(world.names), stranger)
    if (row.about === 'thing' || row.about === 'repo') {
      expect(hidden.status).toBe(404)
      expect(withoutNames(hidden, world.names)).toEqual(withoutNames(missing, missingNames(world.names)))
    } else if (row.about === 'list' || row.about === 'self') {
      expect(hidden.text).not.toContain(row.tellsWhatWasAsked === true ? world.ada.id : secretMark)
    } else expect([403, 404]).toContain(hidden.status)
  })

  it.each(all)('%s is closed to a key without the scope', async (route, row) => {
    if (row.needs === undefined) return
    const { status, text } = await ask([route, row], world.names, without[row.needs])
    if (row.about === 'list' && status === 200) expect(text).not.toContain(secretMark)
    else expect(status).toBe(403)
  })

  it.each(all)('%s is closed to a key for another repo, and to one for another owner', async (route, row) => {
    if (row.about === 'open' || row.about === 'self') return
    for (const who of ['forOtherRepo', 'forOtherOwner'] as const) {
      const isOwnOrganisation = who === 'forOtherOwner' && row.about === 'namespace' && usesOrganisation(row)
      if (isOwnOrganisation) continue
      const { status, text } = await ask([route, row], world.names, callers[who])
      if (row.about === 'list') expect({ who, shows: hasSecret(text, who) }).toEqual({ who, shows: false })
      else expect([403, 404], `${who} got ${status}`).toContain(status)
    }
  })

  const ofRepos = all.filter(([, { about }]) => about === 'repo')
  it.each(ofRepos.filter(([, row]) => row.needs === 'read' && row.isRefused !== true))(
    '%s shows what is public to anyone',
    async (route, row) => {
      expect(await ask([route, row], world.open, callers.stranger)).toMatchObject({ status: 200 })
      const status = needsToken.has(route) ? 401 : 200
      expect(await ask([route, row], world.open)).toMatchObject({ status })
    },
  )

  it.each(ofRepos.filter(([, { needs }]) => needs !== 'read'))(
    '%s lets nobody else change what is public',
    async (route, row) => {
      expect((await ask([route, row], world.open)).status).toBe(401)
      expect((await ask([route, row], world.open, callers.stranger)).status).toBe(403)
    },
  )

  it('has changed nothing by all of this', async () => {
    expect(await world.state.read()).toEqual(before)
  })

  // Last, because it does what all of them were refused.
  it.each(all.filter(([, { about }]) => about !== 'open' && about !== 'signed'))(
    '%s lets in who may',
    async (route, row) => {
      const { host, key, names } = world
      const { status, text } = await ask([route, row], names, row.about === 'platform' ? host.key : key)
      if (row.isRefused === true) expect(text).not.toMatch(/"code":"(?:repo_not_found|forbidden|missing_scope)"/)
      else expect([401, 403, 404], `${status} ${text}`).not.toContain(status)
    },
  )
})

const ask = (route: [string, RouteRow], names: Names, token?: string) => askAt(world.host.url, route, names, token)
const isWrite = (route: string): boolean => !route.startsWith('GET ')
const routesOf = (given: RouteRows) =>
  [...new Set(Object.keys(given).map((route) => route.replace(/ \(\w+\)$/, '')))].toSorted()

/** The ways to come with a token, by the routes of the OpenAPI document. */
async function documentedRoutes({ admin }: World): Promise<Record<string, object[]>> {
  const { body } = await admin.get('/api/v1/openapi.json')
  const paths = Object.entries<Record<string, { security: object[] }>>(body.paths)
  return Object.fromEntries(
    paths.flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { security }]) => [`${method.toUpperCase()} ${path}`, security]),
    ),
  )
}

/** Middlewares stand among the routes of the app as what is asked of every path. */
function hubRoutes(): string[] {
  const nothing = {} as never
  const app = createHubApp({
    table: nothing,
    objects: nothing,
    ingest: nothing,
    verify: nothing,
    log: nothing,
    metrics: createMetrics(),
  })
  return [...new Set(app.routes.map(({ method, path }) => `${method} ${path}`))]
    .filter((route) => route !== 'ALL /*')
    .toSorted()
}

const usesOrganisation = (row: RouteRow): boolean =>
  JSON.stringify(row.call(world.names)).includes(world.names.organisation)
/** What a key for Ada's organisation may see is the organisation. */
const hasSecret = (text: string, who: string): boolean =>
  (who === 'forOtherOwner' ? text.replaceAll(world.names.organisation, '') : text).includes(secretMark)
