import type { ByteReader } from '../../shared/onnx/byte-reader.ts'
import { onnxProto } from '../../shared/onnx/onnx-proto.ts'
import { type Field, fields, inside, text, textIn } from '../../shared/onnx/protobuf.ts'
import { readOnnxFile } from './read-onnx-file.ts'

const { model, graph, node, attribute } = onnxProto

/** Other attributes of a tree ensemble hold millions of numbers that are not needed. */
const listNames = /^classlabels_/

const nodesMax = 16
const inputsMax = 64
const valuesMax = 65_536

/** A node, with those of its attributes that list class labels. */
export interface FoundNode {
  operator: string
  inputs: string[]
  outputs: string[]
  lists: Map<string, string[]>
}

/**
 * The first nodes of given types in an ONNX file, 16 by default, without its weights. @throws RangeError for an invalid
 * one
 */
export async function findNodes(
  path: string,
  operators: ReadonlySet<string>,
  countMax = nodesMax,
): Promise<FoundNode[]> {
  return readOnnxFile(path, async (reader) => {
    const found: FoundNode[] = []
    for await (const field of fields(reader, reader.sizeBytes)) {
      if (field.number !== model.graph) continue
      for await (const inner of inside(reader, field)) {
        if (inner.number !== graph.node || !operators.has(await textIn(reader, inner, node.operator))) continue
        found.push(await readNode(reader, inner))
        if (found.length === countMax) return found
      }
    }
    return found
  })
}

async function readNode(reader: ByteReader, field: Field): Promise<FoundNode> {
  const found: FoundNode = { operator: '', inputs: [], outputs: [], lists: new Map() }
  for await (const inner of inside(reader, field)) {
    if (inner.number === node.operator) found.operator = await text(reader, inner)
    else if (inner.number === node.input && found.inputs.length < inputsMax)
      found.inputs.push(await text(reader, inner))
    else if (inner.number === node.output && found.outputs.length < inputsMax)
      found.outputs.push(await text(reader, inner))
    else if (inner.number === node.attribute) await readList(reader, inner, found.lists)
  }
  return found
}

async function readList(reader: ByteReader, field: Field, lists: FoundNode['lists']): Promise<void> {
  let name = ''
  const values: string[] = []
  for await (const inner of inside(reader, field)) {
    if (inner.number === attribute.name) name = await text(reader, inner)
    if (!listNames.test(name) || values.length === valuesMax) return
    if (inner.number === attribute.strings) values.push(await text(reader, inner))
    else if (inner.number === attribute.ints && inner.kind === 'number') values.push(String(inner.value))
  }
  if (name !== '' && values.length > 0) lists.set(name, values)
}
