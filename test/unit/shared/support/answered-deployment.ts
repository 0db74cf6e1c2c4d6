/** A deployment as the API returns it. */
export const deployment = {
  name: 'one',
  url: '/api/v1/predict/one',
  repo: 'acme/one',
  revision: 'a'.repeat(40),
  file: 'model.onnx',
  state: 'READY',
  targets: [],
}
