/** A deployment as the API tells of it. */
export const deployment = {
  name: 'one',
  url: '/api/v1/predict/one',
  repo: 'acme/one',
  revision: 'a'.repeat(40),
  file: 'model.onnx',
  state: 'READY',
  targets: [],
}
