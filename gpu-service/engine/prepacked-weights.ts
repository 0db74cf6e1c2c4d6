/** The runtime's kernels load so many bytes at once. */
const alignmentBytes = 64

/** As the runtime's `ExternalDataInfo` writes it: `prepacked_0`, two or three signs of protobuf's, `MatMul+hash|offset;length;0|…`. */
const entry = /prepacked_\d+/g
const layouts = /prepacked_\d+.{2,3}?\w+\+\d+((?:\|\d+;\d+;\d+)+)/gs

/**
 * Whether all weights that a graph has laid out for the kernels begin where those can load them. The runtime writes one
 * behind the other (microsoft/onnxruntime#23069), and only those of more than a megabyte begin on a page. Out of place,
 * most kernels end the process and MatMulNBits answers other numbers.
 *
 * @param graph its bytes, a character each
 */
export function areAligned(graph: string): boolean {
  const offsets = [...graph.matchAll(layouts)].map(([, places = '']) =>
    [...places.matchAll(/\|(\d+);/g)].map(([, offset]) => Number(offset)),
  )
  // What is written in another way than is known here may lie anywhere.
  if (offsets.length !== [...graph.matchAll(entry)].length) return false
  return offsets.flat().every((offset) => offset % alignmentBytes === 0)
}
