import { execFile } from 'node:child_process'
import { mkdir, realpath, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const cache = fileURLToPath(new URL('../../node_modules/.cache/slipway-python-hub', import.meta.url))

export interface PythonHub {
  /** Runs Python in the environment. @throws Error with its output */
  python(parameters: string[], environment: Record<string, string>): Promise<string>
  /** Runs the command `hf`. */
  hf(parameters: string[], environment: Record<string, string>): Promise<string>
}

/**
 * A virtual environment with some packages, such as one version of `huggingface_hub`, cached for later runs.
 * Returns the reason if Python or the packages are not available.
 */
export async function pythonHub(...requirements: string[]): Promise<PythonHub | { reason: string }> {
  const name = requirements.join(' ').replaceAll(/[^\w.]+/g, '_')
  const ready = join(cache, name)
  const found = await realpath(ready).catch(() => undefined)
  if (found !== undefined) return environmentAt(found)

  // Scripts of an environment contain its path, so it is made in its final place and linked only when complete.
  const folder = join(cache, `${name}-${process.pid}`)
  try {
    await mkdir(cache, { recursive: true })
    await run('python3', ['-m', 'venv', folder], { timeout: 60_000 })
    const install = ['install', '--quiet', '--disable-pip-version-check', ...requirements]
    await run(join(folder, 'bin', 'pip'), install, { timeout: 120_000 })
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    return { reason: `${requirements.join(', ')} cannot be installed: ${String(error).slice(0, 300)}` }
  }
  await symlink(folder, `${folder}.link`)
  await rename(`${folder}.link`, ready)
  return environmentAt(folder)
}

function environmentAt(folder: string): PythonHub {
  const program = (file: string) => async (parameters: string[], environment: Record<string, string>) => {
    const env = { PATH: process.env.PATH, PYTHONUTF8: '1', ...environment }
    const { stdout } = await run(join(folder, 'bin', file), parameters, { env, timeout: 60_000 })
    return stdout
  }
  return { python: program('python'), hf: program('hf') }
}
