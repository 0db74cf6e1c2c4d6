import type { Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listen } from '../../../../gpu-service/listen.ts'
import { createToken, hashToken } from '../../../../shared/auth/token.ts'
import { pythonHub } from '../../../support/python-hub.ts'
import { deployTargets, publishTarget } from '../support/test-deployments.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'
import { identityGraph, simpleGraph } from '../support/tiny-graphs.ts'

const python = await pythonHub('tritonclient[http]==2.73.0', 'numpy==2.4.6')
const reason = 'reason' in python ? ` (skipped: ${python.reason})` : ''

/** Follows the examples of Triton: simple_http_infer_client, _string_infer_, _health_metadata_, _model_control_. */
const program = `
import json, sys
import numpy as np
import tritonclient.http as http
from tritonclient.utils import InferenceServerException

client = http.InferenceServerClient(url=sys.argv[1])
auth = {"Authorization": "Bearer " + sys.argv[2]}
seen = {"live": client.is_server_live(), "ready": client.is_server_ready(), "model": client.is_model_ready("simple", "1", headers=dict(auth))}
seen["server"] = client.get_server_metadata()["name"]
seen["inputs"] = [one["name"] for one in client.get_model_metadata("simple", headers=dict(auth))["inputs"]]
seen["config"] = client.get_model_config("simple", headers=dict(auth))["input"][0]["dims"]

def simple(binary, **options):
    first = np.arange(16, dtype=np.int32).reshape(1, 16)
    second = np.ones((1, 16), dtype=np.int32)
    inputs = [http.InferInput("INPUT0", [1, 16], "INT32"), http.InferInput("INPUT1", [1, 16], "INT32")]
    inputs[0].set_data_from_numpy(first, binary_data=binary)
    inputs[1].set_data_from_numpy(second, binary_data=binary)
    outputs = [http.InferRequestedOutput("OUTPUT0", binary_data=binary), http.InferRequestedOutput("OUTPUT1", binary_data=not binary)]
    result = client.infer("simple", inputs, outputs=outputs, headers=dict(auth), request_id="r7", **options)
    assert (result.as_numpy("OUTPUT0") == first + second).all()
    assert (result.as_numpy("OUTPUT1") == first - second).all()
    assert result.get_response()["id"] == "r7"
    return True

seen["infer"] = [simple(True), simple(False), simple(True, timeout=10_000_000, priority=1)]
seen["packed"] = [simple(True, request_compression_algorithm=one, response_compression_algorithm=one) for one in ("gzip", "deflate")]
texts = np.array([["é".encode(), b"two"]], dtype=np.object_)
asked = http.InferInput("string", [1, 2], "BYTES")
asked.set_data_from_numpy(texts)
seen["texts"] = [one.decode() for one in client.infer("texts", [asked], headers=dict(auth)).as_numpy("string_out")[0]]
halves = np.array([[1.5, np.nan]], dtype=np.float16)
asked = http.InferInput("float16", [1, 2], "FP16")
asked.set_data_from_numpy(halves)
back = client.infer("halves", [asked], headers=dict(auth)).as_numpy("float16_out")
seen["halves"] = [str(back.dtype), bool(np.array_equal(back, halves, equal_nan=True))]
seen["pending"] = bool(client.async_infer("texts", [http.InferInput("string", [1, 1], "BYTES").set_data_from_numpy(np.array([[b"x"]], dtype=np.object_))], headers=dict(auth)).get_result() is not None)
seen["index"] = sorted(one["name"] for one in client.get_model_repository_index(headers=dict(auth)))
seen["count"] = client.get_inference_statistics("simple", headers=dict(auth))["model_stats"][0]["inference_count"]
states = lambda: {one["name"]: one["state"] for one in client.get_model_repository_index(headers=dict(auth))}
ready = lambda: client.is_model_ready("control", headers=dict(auth))
client.load_model("control", headers=dict(auth))
seen["loaded"] = [ready(), states()["control"]]
client.unload_model("control", headers=dict(auth))
seen["unloaded"] = [ready(), states()["control"]]
client.load_model("control", headers=dict(auth))
seen["again"] = [ready(), states()["control"]]
try:
    client.load_model("none", headers=dict(auth))
except InferenceServerException as error:
    seen["wrong"] = "failed to load" in error.message()
try:
    client.unload_model("simple", headers=dict(auth))
except InferenceServerException as error:
    seen["kept"] = [error.status(), "kept loaded" in error.message()]
try:
    client.get_model_metadata("none", headers=dict(auth))
except InferenceServerException as error:
    seen["error"] = error.status()
print(json.dumps(seen))
`

let host: TestServing
let server: Server
let url: string
const token = createToken()
beforeAll(async () => {
  const graphs = { simple: simpleGraph(), texts: identityGraph(['string']), halves: identityGraph(['float16']) }
  const models = Object.entries(graphs).map(([name, graph]) => ({
    name,
    repo: `triton/${name}`,
    task: 'tensors',
    file: 'model.onnx',
    files: { 'model.onnx': graph },
  }))
  host = await startTestServing(models, { adminKeySha256: hashToken(token) })
  const control = { ...models[0], name: 'control', repo: 'triton/control' } as (typeof models)[0]
  await deployTargets(host, { name: 'control', targets: [await publishTarget(host, control)], min: 0 })
  url = await new Promise((resolve) => {
    const fetch = async (request: Request) => host.serving.app.fetch(request)
    server = listen({ fetch, port: 0, onListening: (port) => resolve(`127.0.0.1:${port}`) })
  })
})
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve))
  await host.close()
})

describe('tritonclient[http]', () => {
  it.skipIf('reason' in python)(`works as in the examples of Triton${reason}`, async () => {
    if ('reason' in python) throw new Error(python.reason)
    const seen = JSON.parse(await python.python(['-c', program, url, token], {}))
    expect(seen).toEqual({
      live: true,
      ready: true,
      model: true,
      server: 'slipway',
      inputs: ['INPUT0', 'INPUT1'],
      config: [16],
      infer: [true, true, true],
      packed: [true, true],
      texts: ['é', 'two'],
      halves: ['float16', true],
      pending: true,
      loaded: [true, 'READY'],
      unloaded: [false, 'UNAVAILABLE'],
      again: [true, 'READY'],
      wrong: true,
      kept: ['409', true],
      index: ['control', 'halves', 'simple', 'texts'],
      count: 5,
      error: '404',
    })
  })
})
