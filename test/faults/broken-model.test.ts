import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { getImport, getImportDetails } from '../../shared/table/imports.ts'
import { getRevision } from '../../shared/table/repos.ts'
import { type Lab, startLab } from './support/lab.ts'
import { IngestProcess } from './support/process.ts'

let lab: Lab
beforeAll(async () => {
  lab = await startLab()
})
afterAll(() => lab.close())

async function imported(repo: string, files: Record<string, string | Buffer>) {
  const store = await lab.newStore()
  const folder = join(store.root, 'drop', repo, 'v1')
  await mkdir(folder, { recursive: true })
  for (const [path, content] of Object.entries(files)) await writeFile(join(folder, path), content)
  const process = new IngestProcess({ lab, store })
  const id = await process.start(`s3-drop://${repo}/v1`, repo)
  await process.idle()
  await process.close()
  const item = await getImport(lab.table, id)
  return { item, ...(await getImportDetails(lab.table, id)) }
}

const iris = () => readFile(new URL('../../infra/local/sample/iris/model.onnx', import.meta.url))

it('imports a model that cannot be read, and says what is wrong with it', async () => {
  const { item, warnings, notServed } = await imported('acme/broken', { 'model.onnx': 'this is no graph' })
  expect(item?.state).toBe('READY')
  expect(warnings).toEqual([expect.stringMatching(/^model\.onnx: /)])
  expect(notServed).toBe('"acme/broken" cannot be served: model.onnx is not a valid ONNX file.')
  const revision = await getRevision(lab.table, item?.repoId ?? '', item?.revision ?? '')
  expect(revision?.metadata?.warnings).toEqual(warnings)
})

it.each([
  ['without an ONNX file', { 'a.safetensors': 'x' }, /has no ONNX file/],
  [
    'that writes text',
    { 'README.md': '---\npipeline_tag: text-generation\n---\n' },
    /text generation is not served yet/,
  ],
])('says why a model %s cannot be served', async (_, files, fault) => {
  const name = `acme/unserved-${Object.keys(files)[0]?.length}`
  const onnx = 'README.md' in files ? { 'model.onnx': await iris() } : {}
  expect((await imported(name, { ...files, ...onnx })).notServed).toMatch(fault)
})

it('reports nothing for a valid model', async () => {
  const { item, warnings, notServed } = await imported('acme/whole', { 'model.onnx': await iris() })
  expect({ state: item?.state, warnings, notServed }).toEqual({ state: 'READY', warnings: [] })
})
