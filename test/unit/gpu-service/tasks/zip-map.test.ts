import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readOnnxGraph } from '../../../../gpu-service/models/onnx-graph.ts'
import { floatInput, floatOutput } from '../../../../gpu-service/models/onnx-nodes.ts'
import { integer, message, string } from '../../../../gpu-service/models/protobuf-writer.ts'
import { unzipGraph } from '../../../../gpu-service/tasks/tabular/zip-map.ts'
import { temporaryFolder } from '../support/folders.ts'

/** Like skl2onnx: one node with all trees in lists of numbers, and one that makes maps of its output. */
function forest({ listLength, probabilities = 'probabilities' }: { listLength: number; probabilities?: string }) {
  const list = (name: string, values: Buffer) => message(5, string(1, name), values, integer(20, 7))
  const trees = message(
    1,
    string(1, 'X'),
    string(2, 'label'),
    string(2, probabilities),
    string(4, 'TreeEnsembleClassifier'),
    list('nodes_nodeids', Buffer.alloc(2 * listLength, integer(8, 1))),
  )
  const classes = list('classlabels_int64s', Buffer.concat([integer(8, 0), integer(8, 1)]))
  const zip = message(1, string(1, probabilities), string(2, 'maps'), string(4, 'ZipMap'), classes)
  const mapType = message(1, message(5, integer(1, 7), message(2, message(1, integer(1, 1)))))
  const maps = message(12, string(1, 'maps'), message(2, message(4, mapType)))
  const graph = message(7, trees, zip, floatInput('X', ['rows', 4]), floatOutput('label', ['rows']), maps)
  return Buffer.concat([integer(1, 8), graph, message(8, string(1, ''), integer(2, 17))])
}

async function written(content: Buffer) {
  const path = join(await temporaryFolder(), 'model.onnx')
  await writeFile(path, content)
  return { path, file: 'model.onnx' }
}

describe('the maps of a scikit-learn export', () => {
  it('are opened even if a forest has more numbers than a file may have fields', async () => {
    const model = await written(forest({ listLength: 1_100_000 }))
    const unzipped = await unzipGraph({ ...model, graph: await readOnnxGraph(model.path) })
    expect(unzipped).toMatchObject({ tensor: 'probabilities', output: 'maps', classes: ['0', '1'] })
    const { outputs } = await readOnnxGraph(unzipped?.path ?? '')
    expect(outputs).toContainEqual({ name: 'probabilities', type: 'float32', shape: ['slipway_rows', 2] })
  })

  it('are refused by file name if the file cannot be given another output', async () => {
    const own = await written(forest({ listLength: 1, probabilities: 'slipway_probabilities' }))
    const graph = await readOnnxGraph(own.path)
    const refused = (reason: string) => ({
      code: 'unsupported_model',
      message: expect.stringMatching(new RegExp(`"model.onnx" cannot be extended to return.*${reason}`)),
    })
    await expect(unzipGraph({ ...own, graph })).rejects.toMatchObject(refused('slipway_probabilities'))
    const short = await written(forest({ listLength: 1 }).subarray(0, -40))
    await expect(unzipGraph({ ...short, graph })).rejects.toMatchObject(refused('longer than its message'))
  })
})
