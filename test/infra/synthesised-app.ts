import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { buildApp } from '../../infra/build-app.ts'
import { repositoryRoot } from '../../infra/constructs/repository-root.ts'

interface SynthesisedAppProps {
  /** Like `-c key=value`. */
  settings?: Record<string, string>
  nag?: boolean
  /** Whether esbuild bundles the functions; the templates do not depend on it. */
  bundles?: boolean
}

/** The app as `cdk synth` builds it, feature flags included, in its own folder. */
export function appUnderTest({ settings = {}, nag = false, bundles = false }: SynthesisedAppProps = {}) {
  const cdkJson = JSON.parse(readFileSync(join(repositoryRoot, 'cdk.json'), 'utf8'))
  const outdir = mkdtempSync(join(tmpdir(), 'slipway-cdk-'))
  process.on('exit', () => rmSync(outdir, { recursive: true, force: true }))
  const context = { ...cdkJson.context, ...testEnvironment, ...settings }
  if (!bundles) context['aws:cdk:bundling-stacks'] = []
  return { app: buildApp({ context, outdir, nag }), outdir }
}

/** The templates of all stacks, by their names on the command line. */
export function templates(props: SynthesisedAppProps = {}) {
  const { app } = appUnderTest(props)
  const read = (id: string) => Template.fromStack(app.node.findChild(id) as Stack)
  return { data: read('Data'), api: read('Api'), gpu: read('Gpu') }
}

const testEnvironment = { account: '123456789012', region: 'us-east-1' }
