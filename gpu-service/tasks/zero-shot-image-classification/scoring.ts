import type { Embedding } from '../feature-extraction/embedding-input.ts'

/** How a model computes a score from the vectors of a picture and a text. */
export interface Scoring {
  scale: number
  bias: number
  /** Whether the lengths of the vectors do not matter. */
  isCosine: boolean
}

/**
 * Vectors whose scores reveal the three values: texts parallel to the picture, orthogonal to it, and of double length.
 */
export function probeVectors(width: number): { image: Embedding; texts: Embedding[] } {
  const along = (index: number, value: number) => {
    const vector = new Float32Array(width)
    vector[index] = value
    return vector
  }
  return { image: along(0, 1), texts: [along(0, 1), along(1, 1), along(0, 2)] }
}

/**
 * Derives the formula from the scores of the probe. Scale and bias are weights of the graph, but their names depend on
 * the exporter.
 */
export function scoringOf([along = 0, across = 0, twice = 0]: ArrayLike<number> & Iterable<number>): Scoring {
  const scale = along - across
  return { scale, bias: across, isCosine: Math.abs(twice - along) < Math.abs(scale) / 2 }
}

/** Returns a picture's score for each text. */
export function scoreTexts({ image, texts, scoring }: ScoreTexts): number[] {
  const { scale, bias, isCosine } = scoring
  const length = isCosine ? lengthOf(image) : 1
  return texts.map((text) => {
    const product = dot(image, text) / (isCosine ? length * lengthOf(text) : 1)
    return scale * product + bias
  })
}

interface ScoreTexts {
  image: Embedding
  texts: readonly Embedding[]
  scoring: Scoring
}

const lengthOf = (vector: Embedding): number => Math.sqrt(dot(vector, vector)) || 1

function dot(one: Embedding, other: Embedding): number {
  let sum = 0
  for (let index = 0; index < one.length; index++) sum += (one[index] as number) * (other[index] as number)
  return sum
}
