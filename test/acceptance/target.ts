import { fileURLToPath } from 'node:url'
import { type Api, createApi } from '../support/http.ts'
import { type Hub, startHub } from '../support/hub/start-hub.ts'
import { type LocalHost, startLocalHost } from '../support/local-host.ts'

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/models/${name}`, import.meta.url))

export interface Target {
  api: Api
  /** Without a key. */
  anonymous: Api
  key: string
  /** The Hub that the target pulls from, if the suite started both. */
  hub: Hub | undefined
  host: LocalHost | undefined
  close(): Promise<void>
}

/** The stack under test: `SLIPWAY_URL` with `SLIPWAY_API_KEY`, else the suite's own local host and stand-in Hub. */
export async function startTarget(): Promise<Target> {
  const { SLIPWAY_URL: url, SLIPWAY_API_KEY: key } = process.env
  if (url !== undefined && key !== undefined)
    return { ...connect(url, key), hub: undefined, host: undefined, close: async () => {} }
  const hub = await startHub({
    repos: {
      'acme/tiny-embedder': fixture('slipway-tests/tiny-embedder'),
      'acme/digits': fixture('sklearn/digits-mlp'),
      'acme/corrupt': {
        files: [
          { path: 'README.md', content: '---\npipeline_tag: tabular-classification\n---\n' },
          { path: 'model.onnx', content: 'this is no ONNX file' },
        ],
      },
      'acme/pickle': { files: [{ path: 'pytorch_model.bin', content: 'pickled' }] },
    },
  })
  const host = await startLocalHost({ environment: { HF_ENDPOINT: hub.url } })
  const close = async () => {
    await host.close()
    await hub.close()
  }
  return { ...connect(host.url, host.key), hub, host, close }
}

const connect = (url: string, key: string) => ({
  api: createApi({ url, key }),
  anonymous: createApi({ url }),
  key,
})
