import { stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { type MapCommand, mappedGraph } from '../../../../gpu-service/engine/mapped-graph.ts'
import { temporaryFolder } from '../support/folders.ts'

/** Writes what the runtime would, the graph behind the file's name; where a file is given, once that is there. */
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
  return { path, sizeBytesMin: 0 }
}

it('leaves a mapped graph in its place that another process has made meanwhile, and may be opening', async () => {
  const model = await start()
  const go = `${model.path}.go`
  const slow = mappedGraph({ ...model, command: command(go) })
  const made = await mappedGraph({ ...model, command: command() })
  expect(made).not.toBe(model.path)
  const { ino } = await stat(dirname(made))
  await writeFile(go, '')
  expect(await slow).toBe(made)
  expect((await stat(dirname(made))).ino).toBe(ino)
})

it('replaces what is damaged before it makes another', async () => {
  const model = await start()
  const made = await mappedGraph({ ...model, command: command() })
  await writeFile(made, 'damaged')
  const go = `${model.path}.go`
  const slow = mappedGraph({ ...model, command: command(go) })
  expect(await mappedGraph({ ...model, command: command() })).toBe(made)
  const { ino } = await stat(dirname(made))
  await writeFile(go, '')
  expect(await slow).toBe(made)
  expect((await stat(dirname(made))).ino).toBe(ino)
})
