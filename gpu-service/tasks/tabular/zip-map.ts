import type { TensorSignature } from '../../../shared/contract/repo.ts'
import { errors, messageOf } from '../../../shared/errors.ts'
import type { OnnxHeader } from '../../../shared/onnx/onnx-header.ts'
import { extendGraph, GraphNotExtended } from '../../models/extend-graph.ts'
import { findNodes } from '../../models/find-nodes.ts'
import { floatOutput, partialModel } from '../../models/onnx-nodes.ts'

export interface Unzipped {
  /** The file to load. */
  path: string
  /** The tensor behind the maps: one probability per row and class. */
  tensor: string
  /** The output that has the maps. */
  output: string
  /** What the maps call the classes, column by column. */
  classes: string[]
}

/**
 * A scikit-learn export ends with a ZipMap, which makes a map per row of the probabilities, and the runtime cannot
 * return maps. The tensor that goes into it is made an output of the graph; `undefined` where there is none.
 * @throws AppError `unsupported_model`
 */
export async function unzipGraph({ graph, path, file }: ZippedGraph): Promise<Unzipped | undefined> {
  if (!graph.operators.has('ZipMap')) return undefined
  return await unzip({ graph, path }).catch((error) => {
    // It is the same however often it is read.
    if (!(error instanceof RangeError || error instanceof GraphNotExtended)) throw error
    throw errors.unsupportedModel(`"${file}" cannot be made to give the numbers of its maps: ${messageOf(error)}.`)
  })
}

interface ZippedGraph {
  graph: OnnxHeader
  path: string
  /** Its name in the repo. */
  file: string
}

async function unzip({ graph, path }: Omit<ZippedGraph, 'file'>): Promise<Unzipped | undefined> {
  const maps = graph.outputs.filter(isMaps)
  for (const { inputs, outputs, lists } of await findNodes(path, new Set(['ZipMap']))) {
    const [tensor = ''] = inputs
    const output = maps.find(({ name }) => outputs.includes(name))
    const classes = lists.get('classlabels_strings') ?? lists.get('classlabels_int64s')
    if (output === undefined || tensor === '' || classes === undefined) continue
    const isOutput = graph.outputs.some(({ name }) => name === tensor)
    const pieces = partialModel(floatOutput(tensor, ['slipway_rows', classes.length]))
    return { path: isOutput ? path : await extendGraph({ path, pieces }), tensor, output: output.name, classes }
  }
  return undefined
}

const isMaps = ({ type }: TensorSignature): boolean => type === 'sequence' || type === 'map'
