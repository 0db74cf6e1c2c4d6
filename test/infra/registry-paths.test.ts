import { describe, expect, it } from 'vitest'
import { createAuthApp } from '../../functions/auth/app.ts'
import { createHubApp, type HubOptions, isHubPath } from '../../functions/hub/app.ts'
import { createMaintenanceApp } from '../../functions/maintenance/app.ts'
import { createRegistryApp } from '../../functions/registry/app.ts'
import { authPaths, hubPaths, maintenancePaths, registryPaths } from '../../infra/constructs/registry-paths.ts'
import { dispatch } from '../../infra/local/dispatch.ts'
import { createMetrics } from '../../shared/metrics.ts'

/** Whether API Gateway routes a path to one of these patterns. */
const leads = (paths: readonly string[], path: string): boolean =>
  paths.some((pattern) =>
    new RegExp(`^${pattern.replace('{proxy+}', '.+').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
  )

const example = (pattern: string): string =>
  pattern
    .replace('{proxy+}', 'main/a/b.txt')
    .replace('{owner}', 'acme')
    .replace('{name}', 'model')
    .replace('{tag}', 'Q4_K_M')

const metrics = createMetrics()
const options = { table: {}, objects: {}, ingest: {}, version: '0', metrics } as unknown as HubOptions
/** The routes of an app, without middleware. */
const pathsOf = (app: { routes: { path: string }[] }): string[] =>
  [...new Set(app.routes.map(({ path }) => path))].filter((path) => !path.endsWith('*'))

describe('the gateway', () => {
  it('routes to the same app as the local host', async () => {
    const to = (name: string) => ({ fetch: () => new Response(name) })
    const local = dispatch({
      registry: to('registry'),
      auth: to('auth'),
      hub: to('hub'),
      maintenance: to('maintenance'),
      serving: to('serving'),
    })
    const asked = async (pattern: string) => (await local(new Request(`http://slipway.test${example(pattern)}`))).text()
    for (const path of hubPaths) expect(await asked(path), path).toBe('hub')
    for (const path of registryPaths) expect(await asked(path), path).toBe('registry')
    for (const path of authPaths) expect(await asked(path), path).toBe('auth')
    for (const path of maintenancePaths) expect(await asked(path), path).toBe('maintenance')
  })

  it('routes to every route of the hub, and to no other through it', () => {
    const hub = pathsOf(createHubApp(options))
    expect(hub.length).toBeGreaterThan(10)
    for (const path of hub) {
      expect(leads(hubPaths, path), path).toBe(true)
      expect(isHubPath(path), path).toBe(true)
    }
    const others = [createAuthApp(options), createRegistryApp({ ...options, ingest: {}, version: '0' } as never)]
    for (const path of others.flatMap(pathsOf)) expect(leads(hubPaths, path), path).toBe(false)
    expect(pathsOf(createAuthApp(options)).every((path) => leads(authPaths, path))).toBe(true)
    const maintenance = pathsOf(createMaintenanceApp({ ...options, parts: {} } as never))
    expect(maintenance.length).toBeGreaterThan(3)
    expect(maintenance.every((path) => leads(maintenancePaths, path.replace('{id}', 'x')))).toBe(true)
  })

  it('routes to the hub where that answers 404: other repo types, and models without an owner', () => {
    for (const path of ['/datasets/acme/data/resolve/main/x', '/spaces/acme/app/raw/main/x', '/gpt2/resolve/main/x'])
      expect(leads(hubPaths, path), path).toBe(true)
  })
})
