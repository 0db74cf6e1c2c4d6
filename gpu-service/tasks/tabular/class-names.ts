import type { OnnxHeader } from '../../../shared/onnx/onnx-header.ts'
import { findConstants } from '../../models/find-constants.ts'
import { type FoundNode, findNodes } from '../../models/find-nodes.ts'

const classifiers = ['LinearClassifier', 'TreeEnsembleClassifier', 'SVMClassifier']
/** Picks the label of a row from a list of all, by the place of the likeliest. */
const picker = 'ArrayFeatureExtractor'

/**
 * What a graph itself calls its classes, in the order of its columns, where one node says it: classes need not be the
 * numbers from 0. Of an ensemble whose members number the classes anew, only what picks the label knows their names.
 */
export async function graphClasses({ graph, path }: NamedGraph): Promise<string[] | undefined> {
  const operators = [picker, ...classifiers].filter((operator) => graph.operators.has(operator))
  if (operators.length === 0) return undefined
  return await readClasses(path, operators).catch((error) => {
    // Without its own words the classes are called by their columns.
    if (error instanceof RangeError) return undefined
    throw error
  })
}

interface NamedGraph {
  graph: OnnxHeader
  path: string
}

async function readClasses(path: string, operators: readonly string[]): Promise<string[] | undefined> {
  const nodes = await findNodes(path, new Set(operators))
  const lists = nodes.filter(({ operator }) => operator === picker).map(({ inputs: [list = ''] }) => list)
  const picked = [...(await findConstants(path, new Set(lists))).values()]
  const named = picked.length > 0 ? picked : nodes.flatMap(classesOf)
  return named.length === 1 ? named[0] : undefined
}

/** A list for each classifier, so that two of them are told from one. */
function classesOf({ operator, lists }: FoundNode): string[][] {
  if (operator === picker) return []
  return [lists.get('classlabels_strings') ?? lists.get('classlabels_int64s') ?? lists.get('classlabels_ints') ?? []]
}
