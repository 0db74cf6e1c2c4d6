import type { OnnxHeader } from '../../../shared/onnx/onnx-header.ts'
import { findConstants } from '../../models/find-constants.ts'
import { type FoundNode, findNodes } from '../../models/find-nodes.ts'

const classifiers = ['LinearClassifier', 'TreeEnsembleClassifier', 'SVMClassifier']
/** Looks up the label of a row in a list of all labels, by the index of the best one. */
const picker = 'ArrayFeatureExtractor'

/**
 * Returns the class names stored in the graph, in column order, if exactly one node has them: classes need not be the
 * numbers from 0. In an ensemble whose members renumber the classes, only the node that picks the label has their
 * names.
 */
export async function graphClasses({ graph, path }: NamedGraph): Promise<string[] | undefined> {
  const operators = [picker, ...classifiers].filter((operator) => graph.operators.has(operator))
  if (operators.length === 0) return undefined
  return await readClasses(path, operators).catch((error) => {
    // Without names in the graph the classes are named by their columns.
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

/** A list per classifier, so that several of them can be told from one. */
function classesOf({ operator, lists }: FoundNode): string[][] {
  if (operator === picker) return []
  return [lists.get('classlabels_strings') ?? lists.get('classlabels_int64s') ?? lists.get('classlabels_ints') ?? []]
}
