import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type Fault, takeFault } from './faults.ts'
import type { HubFile } from './files.ts'
import { answerHub, routeOf } from './hub-routes.ts'
import type { HubSettings } from './hub-settings.ts'
import { decodedPath, type HubRequest, recordRequest } from './record.ts'
import { commitFile, createRepo, type LfsRule, type RepoInput, resolveRef } from './repo.ts'
import { send } from './send.ts'
import { createLinkSigner } from './signed-links.ts'
import { answerStorage } from './storage-routes.ts'

export interface HubOptions {
  /** Served as the repo `acme/model`. */
  folder?: string
  /** By `owner/name`: a folder, or a list of files. */
  repos?: Record<string, RepoInput>
  faults?: Fault[]
  /** Makes every repo private: only this bearer token reads. */
  token?: string
  /** Entries per page of a tree. */
  pageSize?: number
  /** Which files are redirected to the store: those over a size, and those whose path matches. */
  lfs?: Partial<LfsRule>
  /** How long a link to the store is valid. */
  linkLifetimeSeconds?: number
  /** Redirects small files like huggingface.co: 307 to a relative path on the hub itself. */
  redirectsSmallFiles?: boolean
}

/** A running stand-in. Its lists are live: push faults and read requests at any time. */
export interface Hub extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`; the endpoint for clients. */
  url: string
  /** `http://localhost:<port>`; serves LFS files from another hostname, as on the real hub. */
  storageUrl: string
  requests: HubRequest[]
  faults: Fault[]
  /** Commits a file to a branch (`main`) and returns the new commit; older commits stay readable. */
  addFile(input: { repo: string; file: HubFile; branch?: string }): Promise<string>
  /** The current commit of a ref (`main`). */
  commitOf(repo: string, ref?: string): string
  close(): Promise<void>
}

/**
 * The test suite's own Hub: the read routes R1 to R8 of the Hub protocol on random ports, with a store on another
 * hostname and with faults on demand.
 */
export async function startHub(options: HubOptions = {}): Promise<Hub> {
  const lfs = { overBytes: 10_240, match: /\.(?:onnx|safetensors)$/, ...options.lfs }
  const inputs = { ...(options.folder === undefined ? {} : { 'acme/model': options.folder }), ...options.repos }
  const repos = await Promise.all(Object.entries(inputs).map(([id, input]) => createRepo({ id, input, lfs })))
  const settings: HubSettings = {
    repos: new Map(repos.map((repo) => [repo.id, repo])),
    token: options.token,
    pageSize: options.pageSize ?? 1000,
    url: '',
    storageUrl: '',
    signer: createLinkSigner({ lifetimeSeconds: options.linkLifetimeSeconds ?? 300 }),
    redirectsSmallFiles: options.redirectsSmallFiles ?? false,
  }
  const requests: HubRequest[] = []
  const faults = options.faults ?? []
  const used = new WeakMap<Fault, number>()
  const repoOf = (id: string) => {
    const repo = settings.repos.get(id)
    if (repo === undefined) throw new Error(`the stand-in hub has no repo "${id}"`)
    return repo
  }
  const addFile: Hub['addFile'] = ({ repo, file, branch = 'main' }) =>
    commitFile({ repo: repoOf(repo), branch, file, lfs })

  const listen =
    (isStorage: boolean): RequestListener =>
    async (request, response) => {
      const url = new URL(request.url ?? '/', 'http://hub.test')
      const path = decodedPath(url)
      const where = isStorage
        ? 'storage'
        : path.startsWith('/api/') && !path.startsWith('/api/resolve-cache/')
          ? 'api'
          : 'resolve'
      requests.push(recordRequest({ where, url, request, response }))
      const fault = takeFault({ faults, used, where, path })
      const { authorization } = request.headers
      const range = fault?.kind === 'ignore-range' ? undefined : request.headers.range
      const input = { url, path, range, authorization, body: await text(request), settings }
      const answer = isStorage ? answerStorage(input) : answerHub(input)
      const id = routeOf(path)?.id
      if (fault?.kind === 'moved-commit' && id !== undefined)
        await addFile({ repo: id, file: { path: `moved-${requests.length}.txt`, content: `${requests.length}` } })
      await send({ response, answer, fault, isHead: request.method === 'HEAD' })
    }

  const servers = [createServer(listen(false)), createServer(listen(true))] as const
  settings.url = `http://127.0.0.1:${await openPort(servers[0])}`
  settings.storageUrl = `http://localhost:${await openPort(servers[1])}`
  const close = async () => {
    await Promise.all(servers.map(closeServer))
  }
  return {
    url: settings.url,
    storageUrl: settings.storageUrl,
    requests,
    faults,
    addFile,
    commitOf: (repo, ref = 'main') => resolveRef(repoOf(repo), ref) ?? '',
    close,
    [Symbol.asyncDispose]: close,
  }
}

function openPort(server: Server): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  server.once('error', reject)
  server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  return promise
}

function closeServer(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  server.closeAllConnections()
  return promise
}
