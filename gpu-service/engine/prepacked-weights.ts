/** The kernels' largest aligned load. */
const alignmentBytes = 64

/** As written by the runtime's `ExternalDataInfo`: `prepacked_0`, 2–3 bytes of protobuf, `MatMul+hash|offset;length;0|…`. */
const entry = /prepacked_\d+/g
const layouts = /prepacked_\d+.{2,3}?\w+\+\d+((?:\|\d+;\d+;\d+)+)/gs

/**
 * Whether all prepacked weights of a graph are aligned. The runtime writes them one after another without padding
 * (microsoft/onnxruntime#23069); only those above a megabyte start on a page. With misaligned weights most kernels crash
 * and MatMulNBits computes wrong numbers.
 *
 * @param graph its bytes as latin1
 */
export function areAligned(graph: string): boolean {
  const offsets = [...graph.matchAll(layouts)].map(([, places = '']) =>
    [...places.matchAll(/\|(\d+);/g)].map(([, offset]) => Number(offset)),
  )
  // An entry in an unknown format may be anywhere.
  if (offsets.length !== [...graph.matchAll(entry)].length) return false
  return offsets.flat().every((offset) => offset % alignmentBytes === 0)
}
