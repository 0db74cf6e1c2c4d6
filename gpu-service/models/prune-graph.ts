import { type FileHandle, open } from 'node:fs/promises'
import { onnxProto } from '../../shared/onnx/onnx-proto.ts'
import { derivedFile } from './derived-file.ts'
import { type GraphOutline, readOutline, type Span } from './graph-outline.ts'
import { integer, tagAndLength } from './protobuf-writer.ts'

const { model, graph } = onnxProto

/** A part of a model that becomes a model of its own. */
export interface GraphPart {
  /** Outputs of the whole graph that the part computes. */
  outputs: readonly string[]
  /** Outputs of the whole graph that become inputs of the part. */
  given?: readonly string[]
}

interface PrunedGraph {
  path: string
  /** The part's inputs. */
  inputs: string[]
}

/**
 * Writes the part of an ONNX file that some outputs depend on, in the same folder so that external weights are found.
 * Copies the weights as bytes, and only those that the part uses. @throws RangeError if an output is missing
 */
export async function pruneGraph({ path, part }: { path: string; part: GraphPart }): Promise<PrunedGraph> {
  const outline = await readOutline(path)
  const pieces = choose(outline, part)
  const inputs = pieces.filter(({ field }) => field === graph.input).map(({ name }) => name)
  const weights = new Set(outline.weights.map(({ name }) => name))
  const target = await derivedFile({
    path,
    recipe: JSON.stringify(part),
    write: (written) => writePart({ path, outline, pieces, target: written }),
  })
  // Old exporters list weights among the inputs.
  return { path: target, inputs: inputs.filter((name) => !weights.has(name)) }
}

interface Piece {
  field: number
  span: Span
  name: string
}

/**
 * Collects everything that the outputs depend on, walking backwards. Keeps the order of the file, in which nodes follow
 * their inputs.
 */
function choose(outline: GraphOutline, { outputs, given = [] }: GraphPart): Piece[] {
  const makers = new Map(outline.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)))
  const needed = new Set<string>(outputs)
  const kept = new Set<GraphOutline['nodes'][number]>()
  const waiting = [...outputs]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const node = given.includes(name) ? undefined : makers.get(name)
    if (node === undefined || kept.has(node)) continue
    kept.add(node)
    for (const input of node.inputs) {
      if (!needed.has(input)) waiting.push(input)
      needed.add(input)
    }
  }
  const used = given.filter((name) => needed.has(name))
  const find = (name: string) => {
    const found = outline.outputs.find((output) => output.name === name)
    if (found === undefined) throw new RangeError(`it has no output "${name}"`)
    return found
  }
  return [
    ...outline.nodes.filter((node) => kept.has(node)).map(({ span }) => ({ field: graph.node, span, name: '' })),
    ...outline.weights.filter(({ name }) => needed.has(name)),
    ...outline.inputs.filter(({ name }) => needed.has(name)).map((input) => ({ ...input, field: graph.input })),
    ...used.map((name) => ({ ...find(name), field: graph.input })),
    ...outputs.map((name) => ({ ...find(name), field: graph.output })),
  ]
}

async function writePart({ path, outline, pieces, target }: WritePart): Promise<void> {
  const named = outline.name === undefined ? [] : [{ field: graph.name, span: outline.name, name: '' }]
  const parts = [...named, ...pieces].map(({ field, span }) => ({
    head: tagAndLength(field, span.end - span.start),
    span,
  }))
  const graphBytes = parts.reduce((total, { head, span }) => total + head.length + span.end - span.start, 0)
  const around = outline.model.map((field) =>
    'value' in field
      ? { head: integer(field.number, field.value), span: { start: 0, end: 0 } }
      : { head: tagAndLength(field.number, field.end - field.start), span: field },
  )
  const whole = [...around, { head: tagAndLength(model.graph, graphBytes), span: { start: 0, end: 0 } }, ...parts]
  const source = await open(path)
  try {
    const file = await open(target, 'wx')
    try {
      for (const { head, span } of whole) await copySpan({ source, file, head, span })
    } finally {
      await file.close()
    }
  } finally {
    await source.close()
  }
}

interface WritePart {
  path: string
  outline: GraphOutline
  pieces: readonly Piece[]
  target: string
}

const chunkBytes = 4 * 1024 * 1024

async function copySpan({ source, file, head, span }: CopySpan): Promise<void> {
  await file.appendFile(head)
  for (let start = span.start; start < span.end; start += chunkBytes) {
    const length = Math.min(chunkBytes, span.end - start)
    const { buffer, bytesRead } = await source.read(Buffer.allocUnsafe(length), 0, length, start)
    if (bytesRead !== length) throw new RangeError('the file is shorter than it was')
    await file.appendFile(buffer)
  }
}

interface CopySpan {
  source: FileHandle
  file: FileHandle
  head: Buffer
  span: Span
}
