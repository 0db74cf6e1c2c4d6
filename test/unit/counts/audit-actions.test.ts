import { expect, it } from 'vitest'
import { createAuthApp } from '../../../functions/auth/app.ts'
import { createHubApp } from '../../../functions/hub/app.ts'
import { hubActions } from '../../../functions/hub/hub-actions.ts'
import { createRegistryApp } from '../../../functions/registry/app.ts'
import { routes } from '../../../shared/contract/routes.ts'
import { matchActions } from '../../../shared/http/audit-actions.ts'
import { actionsOf } from '../../../shared/http/audit-platform-actions.ts'
import { createMetrics } from '../../../shared/metrics.ts'

it('the audit log covers every route that writes, in every app', () => {
  const options = { table: {}, objects: {}, ingest: {}, version: '0', metrics: createMetrics() } as never
  const asks = /\/(?:paths-info|preupload)\/|^\/api\/validate-yaml$|^\/api\/uploads\/|\/lfs-files/
  const apps = [createRegistryApp(options), createAuthApp(options)].map((app) => ({
    app,
    patterns: actionsOf(routes),
  }))
  for (const { app, patterns } of [...apps, { app: createHubApp(options), patterns: hubActions }]) {
    const actionOf = matchActions(patterns)
    const writing = app.routes.filter(
      ({ method, path }) => !['GET', 'HEAD', 'ALL'].includes(method) && !path.endsWith('*'),
    )
    expect(writing.length).toBeGreaterThan(2)
    for (const { method, path } of writing) {
      if (asks.test(path)) continue
      const asked = path.replaceAll(/:\w+(?:\{[^}]+\})?/g, 'x')
      expect(actionOf({ method, path: asked })?.action, `${method} ${path}`).toMatch(/^[a-zA-Z]+\.[a-zA-Z]+$/)
    }
  }
})
