interface Normalizer {
  type?: unknown
  lowercase?: unknown
  normalizers?: unknown
}

/** A tokenizer.json whose texts are lowercased first, as sentence-transformers does for `do_lower_case`. */
export function lowerCased<File extends { normalizer?: Normalizer | null | undefined }>(file: File): File {
  const { normalizer } = file
  const steps = stepsOf(normalizer)
  if (steps.some(({ type, lowercase }) => type === 'Lowercase' || (type === 'BertNormalizer' && lowercase !== false)))
    return file
  return { ...file, normalizer: { type: 'Sequence', normalizers: [{ type: 'Lowercase' }, ...steps] } }
}

function stepsOf(normalizer: Normalizer | null | undefined): Normalizer[] {
  if (normalizer === null || normalizer === undefined) return []
  return Array.isArray(normalizer.normalizers) ? normalizer.normalizers : [normalizer]
}
