import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { importCircle, importFaults, importsOf } from './import-rules.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const paths = globSync('{infra,functions,gpu-service,shared}/**/*.{ts,tsx,mjs}', { cwd: root })
const files = paths.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))

describe('the source code', () => {
  it('imports in one direction: infra → functions, gpu-service → shared', () => {
    expect(files.length).toBeGreaterThan(100)
    expect(files.flatMap(importFaults)).toEqual([])
  })

  it('has no two files that import each other, directly or through others', () => {
    expect(importCircle(files)).toEqual([])
  })

  it('does not import product code in the acceptance tests', () => {
    const suite = globSync('test/acceptance/**/*.ts', { cwd: root })
    const inside = suite.flatMap((path) =>
      importsOf(readFileSync(join(root, path), 'utf8')).filter((from) =>
        /\/(?:infra|functions|gpu-service|shared)\//.test(from),
      ),
    )
    expect(suite.length).toBeGreaterThan(20)
    expect(inside).toEqual([])
  })
})

describe('the import check', () => {
  it.each([
    ['shared/a.ts', "import { x } from '../functions/b.ts'"],
    ['functions/hub/a.ts', "import type { X } from '../../gpu-service/b.ts'"],
    ['functions/hub/a.ts', "export * from '../ingest/b.ts'"],
    ['gpu-service/a.ts', "await import('../functions/b.ts')"],
    ['functions/hub/a.ts', "import {\n  S3Client,\n} from '@aws-sdk/client-s3'"],
    ['gpu-service/tasks/a.ts', "import ort from 'onnxruntime-node'"],
    ['shared/log.ts', 'const level = process.env.LEVEL'],
    ['shared/config.ts', "import './plain-issues.ts'"],
  ])('rejects %s with %s', (path, text) => {
    expect(importFaults({ path, text })).toHaveLength(1)
  })

  it.each([
    ['infra/local/start.ts', "import { x } from '../../functions/a.ts'\nprocess.env.PORT"],
    ['shared/objects/s3-uploads.ts', "import { S3Client } from '@aws-sdk/client-s3'"],
    ['gpu-service/engine/worker.ts', "import ort from 'onnxruntime-node'"],
  ])('accepts %s with %s', (path, text) => {
    expect(importFaults({ path, text })).toEqual([])
  })
})

describe('the circle check', () => {
  const files = [
    { path: 'shared/a.ts', text: "import { b } from './b/b.ts'" },
    { path: 'shared/b/b.ts', text: "import type { C } from '../c.ts'" },
  ]

  it('names the files of a circle, and no file that only imports one', () => {
    const above = { path: 'shared/above.ts', text: "import { a } from './a.ts'" }
    const last = { path: 'shared/c.ts', text: "export { a } from './a.ts'" }
    expect(importCircle([above, ...files, last])).toEqual([
      'shared/a.ts',
      'shared/b/b.ts',
      'shared/c.ts',
      'shared/a.ts',
    ])
  })

  it('passes files that import one way', () => {
    expect(importCircle([...files, { path: 'shared/c.ts', text: '' }])).toEqual([])
  })
})
