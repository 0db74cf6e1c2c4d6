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
  /** The output with the maps. */
  output: string
  /** The keys of the maps, column by column. */
  classes: string[]
}

/**
 * Makes the input of a ZipMap an output of the graph. scikit-learn exports end with a ZipMap, which turns each row of
 * probabilities into a map, and the runtime cannot return maps.
 *
 * @returns `undefined` if there is no ZipMap
 * @throws AppError `unsupported_model`
 */
export async function unzipGraph({ graph, path, file }: ZippedGraph): Promise<Unzipped | undefined> {
  if (!graph.operators.has('ZipMap')) return undefined
  return await unzip({ graph, path }).catch((error) => {
    // A malformed file fails however often it is read.
    if (!(error instanceof RangeError || error instanceof GraphNotExtended)) throw error
    throw errors.unsupportedModel(
      `"${file}" cannot be extended to return the numbers of its maps: ${messageOf(error)}.`,
    )
  })
}

interface ZippedGraph {
  graph: OnnxHeader
  path: string
  /** Its path in the repo. */
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
