import type { RunShape } from '../../gpu-service/batcher/cost-model.ts'

/**
 * The time of one core for a run of MiniLM-L6, from the measurements in the sheet of onnxruntime-node: 4.5 ms for one
 * text of 16 tokens (int8 1.5), 28 for eight (10), 30 for one of 128 (11.5); beyond a thousand tokens a run is slower.
 */
export const measuredCosts = {
  fp32: ({ items, longest }: RunShape): number => curve({ items, longest, runMs: 1.1, unitMs: 0.2, pairMs: 0.0003 }),
  int8: ({ items, longest }: RunShape): number =>
    curve({ items, longest, runMs: 0.33, unitMs: 0.072, pairMs: 0.00011 }),
}

interface Curve extends RunShape {
  runMs: number
  unitMs: number
  pairMs: number
}

function curve({ items, longest, runMs, unitMs, pairMs }: Curve): number {
  const units = items * longest
  return runMs + units * (unitMs + pairMs * longest) * (1 + 0.3 * Math.max(0, (units - 1024) / 8192))
}
