import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createServingApp } from '../../../gpu-service/app.ts'
import { anthropicPaths } from '../../../gpu-service/protocols/anthropic/anthropic.ts'
import { generationPaths } from '../../../gpu-service/protocols/generation.ts'
import type { ServingParts } from '../../../gpu-service/protocols/serving-parts.ts'
import { teiRootPaths } from '../../../gpu-service/protocols/tei/tei.ts'
import { openapiDocument } from '../../../shared/contract/openapi.ts'
import { routes } from '../../../shared/contract/routes.ts'

interface Described {
  parameters?: { name: string; in: string }[]
  requestBody?: { content: Record<string, unknown> }
  responses: Record<string, { headers?: Record<string, unknown> }>
}

const document = openapiDocument({ version: '0' })
const paths = document.paths as unknown as Record<string, Record<string, Described>>
const documented = new Map(
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, route]): [string, Described] => [`${method.toUpperCase()} ${path}`, route]),
  ),
)
const find = (route: string): Described => {
  const found = documented.get(route)
  if (found === undefined) throw new Error(`${route} is not in the document`)
  return found
}

const modelBase = '/models/{owner}/{name}'
const bases =
  /^(?:\/models\/:id\{[^}]+\}|\/models\/:owner\/:name|\/api\/v1\/predict\/:owner\/:name|\/api\/v1\/predict\/:deployment)(?=\/|$)/

/**
 * The path by which the document describes a route. A route below every base path of a model is described once, and
 * one that also answers elsewhere under its main path.
 */
function atHome(path: string): string {
  const below = bases.test(path) ? path.replace(bases, '') : undefined
  const rest = (below ?? path).replaceAll(/:(\w+)(?:\{\.\+\})?/g, '{$1}')
  if (rest === '/embeddings') return '/v1/embeddings'
  if (/^\/v[12]\//.test(rest)) return rest
  if (below !== undefined) return modelBase + rest
  return paths[rest] === undefined ? modelBase + rest : rest
}

interface Schema {
  pattern?: string
  minProperties?: number
  exclusiveMinimum?: number
  minLength?: number
  minItems?: number
  properties?: Record<string, Schema>
}
const schemas = document.components?.schemas as unknown as Record<string, Schema>

describe('a client that validates by the OpenAPI document', () => {
  it.each([
    ['CreateRepo', 'name', ['a/b', 'A_1/b.c-d'], ['a', 'a/b/c', 'a--b/c', 'a/b.git', 'ñ/b', '']],
    ['CreateOwner', 'name', ['acme'], ['', 'a/b', '-', 'a..b', 'ñ']],
    ['Register', 'username', ['ada'], ['', 'a b']],
    ['CreateDeployment', 'name', ['iris-2'], ['', 'Iris', '-a', 'a'.repeat(64)]],
    ['CreateBranch', 'name', ['main', 'a/b', 'f'.repeat(39)], ['', 'HEAD', 'refs/x', 'f'.repeat(40), 'a/.b', 'a.lock']],
    ['CreateBranch', 'revision', ['main', 'f'.repeat(40), 'v1.0'], ['', 'a..b', 'é']],
    ['CreateKey', 'name', ['ci', ' a'], ['', ' ']],
  ])('sends no %s whose %s would be refused', (schema, field, good, bad) => {
    const pattern = new RegExp(schemas[schema]?.properties?.[field]?.pattern ?? '', 'u')
    for (const name of good) expect(name).toMatch(pattern)
    for (const name of bad) expect(name).not.toMatch(pattern)
  })

  it.each(['ChangeUser', 'ChangeRepo', 'ChangeDeployment', 'MoveAlias', 'SetQuotas'])('sends no empty %s', (schema) => {
    expect(schemas[schema]?.minProperties).toBe(1)
  })

  it('sends neither dimensions below 1 nor an empty query or list of documents', () => {
    expect(schemas.EmbeddingsRequest?.properties?.dimensions?.exclusiveMinimum).toBe(0)
    expect(schemas.RerankRequest?.properties?.query?.minLength).toBe(1)
    expect(schemas.RerankRequest?.properties?.documents?.minItems).toBe(1)
  })
})

describe('the OpenAPI document', () => {
  it('describes every route of models, and no other', () => {
    const { routes: served } = createServingApp({} as ServingParts)
    const asked = served.filter(({ method, path }) => method !== 'ALL' && !path.includes('*'))
    const expected = new Set(asked.map(({ method, path }) => `${method} ${atHome(path)}`))
    const ofModels = [...documented.keys()].filter((route) => / \/(?!api\/v1\/(?!predict)|\.well-known)/.test(route))
    // One handler answers all routes of one model in the Open Inference Protocol.
    const read = ofModels.filter((route) => !/ \/v2\/models\/\{model\}|^POST \/api\/v1\/predict/.test(route))
    expect([...expected].toSorted()).toEqual(read.toSorted())
    expect(expected.size).toBeGreaterThan(35)
  })

  it('describes the root routes of text-embeddings-inference like those below a base path, without the model', () => {
    for (const path of [...teiRootPaths, '/']) {
      const below = find(`POST ${modelBase}${path === '/' ? '/invocations' : path}`)
      const { description, parameters = [], ...atRoot } = find(`POST ${path}`) as Described & { description?: string }
      const { parameters: ofBase = [], ...rest } = below
      expect([path, atRoot]).toEqual([path, rest])
      expect(parameters).toEqual(ofBase.filter((one) => one.in !== 'path'))
      expect(description).toContain('model_not_named')
    }
  })

  it('accepts raw pictures on routes that take a picture', () => {
    for (const route of [modelBase, `${modelBase}/pipeline/{task}`, '/api/v1/predict/{deployment}'])
      expect(Object.keys(find(`POST ${route}`).requestBody?.content ?? {})).toEqual([
        'application/json',
        'image/*',
        'application/octet-stream',
      ])
  })

  it('describes text generation only by 501', () => {
    const { openai, tgi } = generationPaths
    const paths = [
      ...[...openai, ...anthropicPaths].map((path) => `/v1${path}`),
      ...tgi.map((path) => modelBase + path),
    ]
    for (const path of [...paths, '/v2/models/{model}/generate', '/v2/models/{model}/generate_stream'])
      expect(Object.keys(find(`POST ${path}`).responses).toSorted()).toEqual(['4XX', '501'])
  })

  it('names If-Match exactly on the routes that read it', () => {
    const folder = join(import.meta.dirname, '../../../functions/registry')
    const sources = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'))
    const readers = sources.flatMap((source) => {
      const [before = '', ...handlers] = source.split('app.openapi(routes.')
      // These two of `write-refs.ts` read it for branches and tags.
      const isRead = /header\('if-match'\)|\b(?:moveNamed|deleteNamed)\(/
      return handlers
        .filter((handler) => isRead.test(handler) || (isRead.test(before) && handler.includes('await writing(')))
        .map((handler) => handler.slice(0, handler.indexOf(',')))
    })
    const named = Object.entries(routes).flatMap(([name, { method, path }]) =>
      find(`${method.toUpperCase()} ${path}`).parameters?.some((parameter) => parameter.name === 'If-Match')
        ? [name]
        : [],
    )
    expect(named.toSorted()).toEqual(readers.toSorted())
    expect(named).toContain('changeDeployment')
  })

  it('describes exactly the headers that it uses', () => {
    const described = Object.keys(document.components?.headers ?? {})
    const text = JSON.stringify(document)
    expect(described.length).toBeGreaterThan(10)
    for (const name of described) expect(text, name).toContain(`"#/components/headers/${name}"`)
    for (const [, name] of text.matchAll(/"#\/components\/headers\/([^"]+)"/g)) expect(described).toContain(name)
  })
})
