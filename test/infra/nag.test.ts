import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { appUnderTest } from './synthesised-app.ts'

interface Report {
  pluginReports: { suppressedViolations?: { acknowledgedId: string; reason?: string }[] }[]
}

describe('cdk-nag', () => {
  it.each([
    { stage: 'dev', egress: 'endpoints' },
    { stage: 'prod', egress: 'nat', pools: '{"default": {}, "cpu": {"device": "cpu"}}' },
  ])('finds nothing in $stage without a documented reason', (settings) => {
    const { app, outdir } = appUnderTest({ settings, nag: true })
    expect(() => app.synth()).not.toThrow()
    const report: Report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'))
    const suppressed = report.pluginReports.flatMap(({ suppressedViolations = [] }) => suppressedViolations)
    for (const { acknowledgedId, reason } of suppressed) expect(reason, acknowledgedId).toMatch(/^[A-Z].{30,}\.$/)
    expect(suppressed.length).toBeGreaterThan(0)
  })
})
