import type { RevisionFile } from '../../shared/model/revision-id.ts'

/** The default choice: small, and hardly worse than the original. */
const usualQuantisations = ['Q4_K_M', 'Q4_K_S', 'Q4_0', 'Q5_K_M', 'Q8_0']

interface ChosenGguf {
  model: RevisionFile
  /** The model that converts images into the main model's input. */
  projector: RevisionFile | undefined
}

/** The GGUF file that a tag means: a part of its name, or `latest` for a usual one. */
export function chooseGguf(files: readonly RevisionFile[], tag: string): ChosenGguf | undefined {
  const all = files.filter(({ path }) => /\.gguf$/i.test(path))
  const projector = all.find(({ path }) => isProjector(path))
  // For a model in several files, the first one leads to the others.
  const models = all.filter(({ path }) => !isProjector(path) && !/-(?!00001)\d{5}-of-\d{5}\.gguf$/i.test(path))
  const named = (name: string) => models.find(({ path }) => holds(path, name))
  const usual = usualQuantisations.map(named).find((file) => file !== undefined) ?? models[0]
  const model = tag === 'latest' ? usual : named(tag)
  return model && { model, projector }
}

const isProjector = (path: string): boolean => /(?:^|[/._-])mmproj/i.test(path)

/** As a whole word: `Q4_K` is not `Q4_K_M`. */
function holds(path: string, word: string): boolean {
  if (word === '') return false
  const [folded, wanted] = [path.toLowerCase(), word.toLowerCase()]
  for (let at = folded.indexOf(wanted); at >= 0; at = folded.indexOf(wanted, at + 1))
    if (!isWordPart(folded[at - 1]) && !isWordPart(folded[at + wanted.length])) return true
  return false
}

const isWordPart = (character = ''): boolean => /^[a-z0-9_]$/.test(character)
