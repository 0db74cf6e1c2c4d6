import { posix } from 'node:path'

interface SourceText {
  /** Relative to the project root: `functions/ingest/retry.ts`. */
  path: string
  text: string
}

const specifiers =
  /(?:^|[\s;}])(?:import|export)\s(?:[^'"]*?\sfrom\s)?\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g

/** The top-level folders that each may import. */
const mayImport: Record<string, readonly string[]> = {
  shared: ['shared'],
  functions: ['functions', 'shared'],
  'gpu-service': ['gpu-service', 'shared'],
  infra: ['infra', 'functions', 'gpu-service', 'shared'],
}

/** Packages that only some files may import, so that a replacement changes only those. */
const reserved: { packages: RegExp; files: RegExp; why: string }[] = [
  {
    packages: /^@aws-sdk\//,
    files: /^shared\/(?:objects\/s3-|queue\/sqs-|table\/)|^infra\/lambda-credentials\.mjs$/,
    why: 'only the S3, SQS and table files, and the credentials bundled with the SDK, import AWS SDKs',
  },
  { packages: /^onnxruntime-/, files: /^gpu-service\/engine\//, why: 'only the engine imports onnxruntime-node' },
  { packages: /^(?:aws-cdk-lib|constructs|cdk-nag)/, files: /^infra\//, why: 'only infra imports CDK' },
]

/** The composition roots: the only files that may read the environment. */
const roots = /(?:^|\/)(?:lambda\.ts|main\.ts|start\.ts|install\.mjs|slipway\.mjs)$|^infra\/app\.ts$/

/** Every import of a file that breaks these rules. */
export function importFaults({ path, text }: SourceText): string[] {
  const [layer = ''] = path.split('/')
  const allowed = mayImport[layer]
  if (allowed === undefined) return []
  const faults: string[] = []
  for (const specifier of importsOf(text)) {
    if (specifier.startsWith('.')) {
      const target = posix.join(posix.dirname(path), specifier)
      const [folder = ''] = target.split('/')
      if (target !== 'package.json' && !allowed.includes(folder))
        faults.push(`${path} imports ${target}: ${layer} does not know ${folder}`)
      if (layer === 'functions' && folder === 'functions' && lambdaOf(target) !== lambdaOf(path))
        faults.push(`${path} imports ${target}: one function does not know another`)
    }
    const rule = reserved.find(({ packages, files }) => packages.test(specifier) && !files.test(path))
    if (rule !== undefined) faults.push(`${path} imports ${specifier}: ${rule.why}`)
  }
  if (/^import '/m.test(text)) faults.push(`${path} imports a file for what it does on import: call a function of it`)
  if (/\bprocess\.env\b/.test(text) && !roots.test(path))
    faults.push(`${path} reads process.env: only composition roots do`)
  return faults
}

export const importsOf = (text: string): string[] =>
  [...text.matchAll(specifiers)]
    .map(([, from, dynamic]) => from ?? dynamic ?? '')
    .filter((specifier) => specifier !== '')

const lambdaOf = (path: string): string => path.split('/')[1] ?? ''

/** A circle of files of which each imports the next, types included; empty if there is none. */
export function importCircle(files: readonly SourceText[]): string[] {
  const imports = new Map(files.map((file) => [file.path, targetsOf(file)]))
  const nextOf = (path: string) => imports.get(path)?.find((target) => imports.has(target))
  for (;;) {
    // A file that imports none of the rest is on no circle.
    const free = [...imports.keys()].filter((path) => nextOf(path) === undefined)
    if (free.length === 0) break
    for (const path of free) imports.delete(path)
  }
  const walk: string[] = []
  for (let [path] = imports.keys(); path !== undefined; path = nextOf(path)) {
    if (walk.includes(path)) return [...walk.slice(walk.indexOf(path)), path]
    walk.push(path)
  }
  return []
}

const targetsOf = ({ path, text }: SourceText): string[] =>
  importsOf(text)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => posix.join(posix.dirname(path), specifier))
    // A module may import its own namespace.
    .filter((target) => target !== path)
