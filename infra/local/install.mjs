// Installs what is missing before `npm start` and `npm test`. Plain JavaScript without dependencies, because it runs on
// any Node from 18 on, before anything is installed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const lock = readFileSync(`${root}package-lock.json`)
const wanted = `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch}\n`
const stamp = `${root}node_modules/.slipway-installed`

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) install()

function install() {
  console.error('slipway: installing packages (once, about a minute)')
  const flags = ['--no-audit', '--no-fund', '--loglevel=error']
  // onnxruntime-node would download hundreds of megabytes of CUDA libraries that a laptop cannot use.
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip', NODE_ENV: 'development' }
  const { status, error } = spawnSync('npm', ['ci', ...flags], {
    cwd: root,
    env,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status !== 0) {
    console.error(
      `slipway: "npm ci" failed${error ? ` (${error.message})` : ''}. Check the network and the npm registry, then try again.`,
    )
    process.exit(1)
  }
  writeFileSync(stamp, wanted)
}
