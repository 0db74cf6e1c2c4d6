import { isScalar, LineCounter, parseDocument, visit } from 'yaml'

/**
 * Parses the YAML of an untrusted README. Aliases are off, because a few bytes of nested ones expand to gigabytes, and
 * so are non-text keys, which the parser would serialise again at every nesting level. @throws Error
 */
export function parseYaml(yaml: string): { data: unknown; twice: string | undefined } {
  const lineCounter = new LineCounter()
  // The parser would compare every key with all others and quote the text around each error, which takes seconds for
  // thousands.
  const options = { schema: 'core', uniqueKeys: false, prettyErrors: false, lineCounter, logLevel: 'error' } as const
  const document = parseDocument(yaml, options)
  const [fault] = document.errors
  if (fault !== undefined) {
    const { line, col } = lineCounter.linePos(fault.pos[0])
    throw new Error(`${fault.message} at line ${line}, column ${col}`, { cause: fault })
  }
  let twice: string | undefined
  visit(document, {
    Map: (_, { items }) => {
      const repeated = repeatedName(items.map(({ key }) => key))
      twice ??= repeated
    },
  })
  return { data: document.toJS({ maxAliasCount: 0 }), twice }
}

function repeatedName(names: readonly unknown[]): string | undefined {
  const seen = new Set<unknown>()
  let repeated: string | undefined
  for (const name of names) {
    if (!isScalar(name)) throw new Error('a name must be a text')
    if (seen.has(name.value)) repeated ??= String(name.value)
    seen.add(name.value)
  }
  return repeated
}
