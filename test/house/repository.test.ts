import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean)

it('contains no file over 1 MB', () => {
  const large = tracked.filter((path) => (statSync(join(root, path), { throwIfNoEntry: false })?.size ?? 0) > 1_000_000)
  expect(tracked.length).toBeGreaterThan(1000)
  expect(large).toEqual([])
})

it('has at most 12 npm scripts, and does not run the CUDA download of onnxruntime-node', () => {
  const { scripts, allowScripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  expect(Object.keys(scripts).length).toBeLessThanOrEqual(12)
  expect(allowScripts['onnxruntime-node']).toBe(false)
})

it('lets npm ask its registry for packages only, and not for its own latest version with npm start and npx', () => {
  expect(readFileSync(join(root, '.npmrc'), 'utf8')).toMatch(/^update-notifier=false$/m)
})

it('has no download addresses in the lock file', () => {
  expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved": "http/)
})
