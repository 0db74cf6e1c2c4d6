import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { appUnderTest } from './synthesised-app.ts'

const settings = { stage: 'prod', pools: '{"default": {}, "cpu": {"device": "cpu"}}' }
const cfnLint = process.env.SLIPWAY_CFN_LINT ?? 'cfn-lint'
const [, major = 0, minor = 0] = /(\d+)\.(\d+)/.exec(spawnSync(cfnLint, ['--version']).stdout?.toString() ?? '') ?? []
// An older one does not know every property that the CDK writes.
const hasCfnLint = Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 58)

it.skipIf(!hasCfnLint)('the templates pass cfn-lint', () => {
  const { app, outdir } = appUnderTest({ settings })
  app.synth()
  // W3005 is about a DependsOn that a reference already implies; the library writes many.
  const templates = readdirSync(outdir).filter((file) => file.endsWith('.template.json'))
  const paths = templates.map((file) => join(outdir, file))
  const lint = spawnSync(cfnLint, ['--ignore-checks', 'W3005', '--', ...paths], { encoding: 'utf8' })
  expect(lint.stdout + lint.stderr).toBe('')
  expect(lint.status).toBe(0)
  expect(templates.length).toBe(3)
})

it.each([
  { said: {}, stacks: ['slipway-dev-data', 'slipway-dev-api', 'slipway-dev-gpu'] },
  { said: { stage: 'prod' }, stacks: ['slipway-prod-data', 'slipway-prod-api', 'slipway-prod-gpu'] },
  { said: { gpu: 'false' }, stacks: ['slipway-dev-data', 'slipway-dev-api'] },
])('the app has a stack per lifetime, with GPUs unless they are turned off: $said', ({ said, stacks }) => {
  const { app } = appUnderTest({ settings: said })
  expect(app.synth().stacks.map(({ stackName }) => stackName)).toEqual(stacks)
})

it('the synthesis is deterministic, and looks nothing up in an account', () => {
  const [first, second] = [appUnderTest({ settings }).app.synth(), appUnderTest({ settings }).app.synth()]
  expect(second.stacks.map(({ template }) => template)).toEqual(first.stacks.map(({ template }) => template))
  expect(first.manifest.missing ?? []).toEqual([])
})
