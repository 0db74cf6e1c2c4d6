import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startEmbeddedDynamodb } from '../../infra/local/embedded-dynamodb.ts'
import { createToken, hashToken } from '../../shared/auth/token.ts'
import { createLogger } from '../../shared/log.ts'
import { createTable } from '../../shared/table/create-table.ts'
import { openTable } from '../../shared/table/table.ts'
import { createMemoryObjects } from '../unit/gpu-service/support/memory-objects.ts'
import { deployTargets, publishTarget } from '../unit/gpu-service/support/test-deployments.ts'
import { irisModel } from '../unit/gpu-service/support/test-models.ts'
import { imageCommands, layOutImage } from './image-layout.ts'

const [bucket, tableName] = ['bucket', 'slipway']
const objects = createMemoryObjects()
const token = createToken()

/** The part of S3 that a replica needs: objects by key. */
const s3 = createServer((request, response) => {
  const key = decodeURIComponent(new URL(request.url ?? '', 'http://s3').pathname.slice(`/${bucket}/`.length))
  const content = objects.content.get(key)
  if (content === undefined) {
    response.writeHead(404, { 'content-type': 'application/xml' })
    return response.end('<Error><Code>NoSuchKey</Code><Message>There is none.</Message></Error>')
  }
  response.writeHead(200, { 'content-length': content.length, etag: '"1"' })
  return response.end(content)
})

let folder: string
let database: Awaited<ReturnType<typeof startEmbeddedDynamodb>>
let service: ChildProcess
let port: number
const said: string[] = []

const portOf = (server: Server) => (server.address() as AddressInfo).port

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-replica-'))
  s3.listen(0, '127.0.0.1')
  await once(s3, 'listening')
  const log = createLogger({ level: 'silent' })
  database = await startEmbeddedDynamodb({ databasePath: join(folder, 'table'), log })
  const { endpoint } = database
  const client = { endpoint, region: 'local', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }
  await createTable({ tableName, client })
  const table = openTable({ tableName, client })
  const target = await publishTarget({ objects }, await irisModel())
  await deployTargets({ table }, { name: 'iris', targets: [target], pool: 'flowers' })
  table.close()

  const [, ...parameters] = imageCommands.service
  service = spawn(process.execPath, parameters, {
    cwd: layOutImage(),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      AWS_REGION: 'local',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      // An IP address, because the SDK would prefix a hostname with the bucket.
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${portOf(s3)}`,
      SLIPWAY_TABLE: tableName,
      SLIPWAY_BUCKET: bucket,
      SLIPWAY_POOL: 'flowers',
      SLIPWAY_PORT: '0',
      SLIPWAY_CACHE_DIR: join(folder, 'cache'),
      SLIPWAY_ADMIN_KEY_SHA256: hashToken(token),
    },
  })
  port = await listening(service)
})
afterAll(async () => {
  service?.kill('SIGKILL')
  s3.close()
  await database?.close()
  await rm(folder, { recursive: true, force: true })
})

/** The port from its log. */
async function listening({ stdout, stderr }: ChildProcess): Promise<number> {
  stderr?.on('data', (text: Buffer) => said.push(text.toString()))
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: stdout as NodeJS.ReadableStream })
    lines.on('line', (line) => {
      said.push(line)
      if (line.startsWith('{') && JSON.parse(line).msg === 'listening') resolve(JSON.parse(line).port)
    })
    lines.on('close', () => reject(new Error(`it ended: ${said.join('\n')}`)))
  })
}

describe('the content of the image', () => {
  it('starts, loads a model from the bucket, and answers', async () => {
    const url = `http://127.0.0.1:${port}`
    await expect.poll(async () => (await fetch(`${url}/ready`)).status).toBe(200)
    const answer = await fetch(`${url}/api/v1/predict/iris`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ inputs: [[5.1, 3.5, 1.4, 0.2]] }),
    })
    const body = await answer.json()
    expect({ status: answer.status, body, said: answer.ok ? [] : said }).toMatchObject({
      status: 200,
      body: [{ label: 'setosa' }],
    })
  })

  it('passes its own health check, which fails if nothing answers', async () => {
    const [, ...parameters] = imageCommands.health
    const check = async (at: number) => {
      const child = spawn(process.execPath, parameters, { env: { SLIPWAY_PORT: String(at) }, stdio: 'ignore' })
      const [code] = await once(child, 'exit')
      return code
    }
    expect(await check(port)).toBe(0)
    expect(await check(1)).toBe(1)
  })

  it('stops cleanly on SIGTERM', async () => {
    service.kill('SIGTERM')
    const [code] = await once(service, 'exit')
    expect({ code, said: code === 0 ? [] : said }).toEqual({ code: 0, said: [] })
  })
})
