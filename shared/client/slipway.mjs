#!/usr/bin/env node
// Starts the CLI on the Node that the project brings (24), whichever Node runs this.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

await import('../../infra/local/install.mjs')
const main = new URL('./main.ts', import.meta.url)
if (Number(process.versions.node.split('.')[0]) >= 24) {
  await import(main.href)
} else {
  const node = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url))
  // The terminal sends Ctrl-C to both; the CLI itself decides what it means.
  process.on('SIGINT', () => {})
  const { status } = spawnSync(node, [fileURLToPath(main), ...process.argv.slice(2)], { stdio: 'inherit' })
  process.exitCode = status ?? 1
}
