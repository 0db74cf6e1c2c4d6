#!/usr/bin/env node
// Runs the CLI on the Node 24 that the project installs, whatever Node runs this file.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const main = new URL('./main.ts', import.meta.url)
const node = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url))

if (!existsSync(node)) {
  console.error('slipway: the packages are not installed yet. Run "npm start" or "npm ci" first.')
  process.exitCode = 1
} else if (Number(process.versions.node.split('.')[0]) >= 24) {
  await import(main.href)
} else {
  // The terminal sends Ctrl-C to both processes; the CLI alone reacts to it.
  const decides = () => {}
  process.on('SIGINT', decides)
  const { status, signal } = spawnSync(node, [fileURLToPath(main), ...process.argv.slice(2)], { stdio: 'inherit' })
  process.off('SIGINT', decides)
  process.exitCode = status ?? 1
  if (signal !== null) process.kill(process.pid, signal)
}
