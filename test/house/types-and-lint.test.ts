import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Runs a tool of the project. @throws Error with its findings */
async function check(program: string, parameters: string[]): Promise<void> {
  const options = { cwd: root, maxBuffer: 1 << 26, env: { ...process.env, NO_COLOR: '1' } }
  try {
    await promisify(execFile)(`${root}node_modules/.bin/${program}`, parameters, options)
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${stdout}${stderr}`.slice(0, 8000))
  }
}

/** Ten times as long as on an idle machine. */
const timeout = 300_000

it('type-checks', { timeout }, () => check('tsc', ['--noEmit']))

it('is formatted and linted', { timeout }, () => check('biome', ['ci', '--colors=off', '--error-on-warnings', '.']))
