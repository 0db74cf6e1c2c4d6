import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { repositoryRoot } from '../../infra/constructs/repository-root.ts'
import { blocksOf } from '../support/readme-blocks.ts'
import { templates } from './synthesised-app.ts'

/** The arguments that a block would pass to the CDK CLI, on a machine without sha256sum, such as a Mac. */
function told(block: string, cwd: string): string[] {
  const { stdout, status } = spawnSync(
    'bash',
    ['-ec', `sha256sum() { exit 127; }\nnpx() { printf '%s\\n' "$@"; }\n${block}`],
    {
      cwd,
      encoding: 'utf8',
    },
  )
  expect(status).toBe(0)
  return stdout.split('\n')
}

const readme = blocksOf(readFileSync(join(repositoryRoot, 'README.md'), 'utf8'))

it('each npm script in the README first installs what it needs, so that any of them can be the first', () => {
  const { scripts } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8'))
  const shown = readme.filter(({ kind }) => kind === 'sh').flatMap(({ text }) => text.split('\n'))
  const run = shown.flatMap((line) => /^npm (?:run )?(\w+)/.exec(line)?.[1] ?? [])
  expect(run).toContain('synth')
  for (const name of run) expect(scripts[`pre${name}`], name).toBe(scripts.prestart)
})

it('each deployment in the README keeps the admin key of the first one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-readme-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const blocks = readme.filter(({ kind }) => kind === 'sh aws')
  const deployments = blocks.map(({ text }) => told(text, folder)).filter((words) => words.includes('deploy'))
  const key = readFileSync(join(folder, 'slipway-admin-key'), 'utf8').trim()
  const sha256 = createHash('sha256').update(key).digest('hex')
  expect(deployments.length).toBeGreaterThan(1)
  for (const words of deployments) expect(words).toContain(`adminKeySha256=${sha256}`)
})

it('the README names existing outputs, and both buckets, which have to be emptied before a stage is removed', () => {
  const { data, api, gpu } = templates()
  const outputs = [data, api, gpu].flatMap((template) => Object.keys(template.findOutputs('*')))
  const deploy = readFileSync(join(repositoryRoot, 'README.md'), 'utf8')
    .split(/^## /m)
    .find((part) => part.startsWith('Deploy'))
  const named = [...(deploy ?? '').matchAll(/`([A-Z]\w+(?:Url|Address|Name))`/g)].map(([, name]) => name)
  for (const name of named) expect(outputs).toContain(name)
  const buckets = Object.keys(data.findResources('AWS::S3::Bucket'))
  const namedBuckets = named.map((name) => data.findOutputs(name ?? '')[name ?? '']?.Value?.Ref)
  expect(namedBuckets).toEqual(expect.arrayContaining(buckets))
})
