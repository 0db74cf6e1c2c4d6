import { randomUUID } from 'node:crypto'
import { stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { type MapCommand, mappedGraph } from '../../../../gpu-service/engine/mapped-graph.ts'
import { temporaryFolder } from '../support/folders.ts'

/**
 * Writes what the runtime would, with the path of the model as the graph; waits for a file to appear if one is given.
 */
const command = (waitFor = ''): MapCommand => [
  '-e',
  `
  const { createHash } = require('node:crypto')
  const [path, folder] = process.argv.slice(-2)
  const sum = (text) => createHash('sha256').update(text).digest('hex')
  const write = () => {
    fs.writeFileSync(folder + '/graph.onnx', path)
    fs.writeFileSync(folder + '/weights.bin', 'weights')
    fs.writeFileSync(folder + '/sha256.json', JSON.stringify({ graph: sum(path), weights: sum('weights') }))
  }
  const again = setInterval(() => {
    if ('${waitFor}' !== '' && !fs.existsSync('${waitFor}')) return
    write()
    clearInterval(again)
  }, 10)
`,
]

async function start() {
  const path = join(await temporaryFolder(), 'model.onnx')
  await writeFile(path, 'graph')
  const map = (command: MapCommand) =>
    mappedGraph({ path, sizeBytesMin: 0, partial: `${path}.${randomUUID()}.partial`, command })
  return { path, map }
}

it('keeps the mapped graph that another process finished first, because it may already be open', async () => {
  const { path, map } = await start()
  const go = `${path}.go`
  const slow = map(command(go))
  const made = await map(command())
  expect(made).not.toBe(path)
  const { ino } = await stat(dirname(made))
  await writeFile(go, '')
  expect(await slow).toBe(made)
  expect((await stat(dirname(made))).ino).toBe(ino)
})

it('replaces a damaged mapped graph, unless another process has replaced it first', async () => {
  const { path, map } = await start()
  const made = await map(command())
  await writeFile(made, 'damaged')
  const go = `${path}.go`
  const slow = map(command(go))
  expect(await map(command())).toBe(made)
  const { ino } = await stat(dirname(made))
  await writeFile(go, '')
  expect(await slow).toBe(made)
  expect((await stat(dirname(made))).ino).toBe(ino)
})
