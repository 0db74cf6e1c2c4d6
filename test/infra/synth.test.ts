import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { appUnderTest } from './synthesised-app.ts'

const settings = { gpu: 'true', stage: 'prod' }
const cfnLint = process.env.SLIPWAY_CFN_LINT ?? 'cfn-lint'
const hasCfnLint = spawnSync(cfnLint, ['--version']).status === 0

it.skipIf(!hasCfnLint)(
  'has templates that cfn-lint finds nothing in',
  () => {
    const { app, outdir } = appUnderTest({ settings })
    app.synth()
    // W3005 is about a DependsOn that a reference already implies; the library writes many.
    const templates = readdirSync(outdir).filter((file) => file.endsWith('.template.json'))
    const paths = templates.map((file) => join(outdir, file))
    const lint = spawnSync(cfnLint, ['--ignore-checks', 'W3005', '--', ...paths], { encoding: 'utf8' })
    expect(lint.stdout + lint.stderr).toBe('')
    expect(lint.status).toBe(0)
    expect(templates.length).toBe(3)
  },
  60_000,
)

it('is the same every time, and asks no account for anything', () => {
  const [first, second] = [appUnderTest({ settings }).app.synth(), appUnderTest({ settings }).app.synth()]
  expect(second.stacks.map(({ template }) => template)).toEqual(first.stacks.map(({ template }) => template))
  expect(first.manifest.missing ?? []).toEqual([])
})
