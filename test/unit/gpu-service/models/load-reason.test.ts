import { expect, it } from 'vitest'
import { loadReason } from '../../../../gpu-service/models/load-reason.ts'

it('hides where a file lies on the server', () => {
  const said =
    'Load model from /var/cache/slipway/ab c/model.onnx failed:Type Error: Type (tensor(float16)) is invalid.\n'
  expect(loadReason(said)).toBe('Type Error: Type (tensor(float16)) is invalid.')
})

it('names the locale to install for a model that needs one, and leaves other messages as they are', () => {
  const said =
    'Exception during initialization: string_normalizer.cc:235 Failed to construct locale with name:en_US.UTF-8:locale::facet::_S_create_c_locale name not valid:Please, install necessary language-pack-XX'
  expect(loadReason(said)).toContain('localedef -i en_US -f UTF-8 en_US.UTF-8')
  expect(loadReason('the graph has no nodes')).toBe('the graph has no nodes')
})
