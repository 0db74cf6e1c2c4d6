import { expect, it } from 'vitest'
import { loadReason } from '../../../../gpu-service/models/load-reason.ts'

it('says which locale is to be installed for a model that needs one, and leaves other words as they are', () => {
  const said =
    'Exception during initialization: string_normalizer.cc:235 Failed to construct locale with name:en_US.UTF-8:locale::facet::_S_create_c_locale name not valid:Please, install necessary language-pack-XX'
  expect(loadReason(said)).toContain('localedef -i en_US -f UTF-8 en_US.UTF-8')
  expect(loadReason('the graph has no nodes')).toBe('the graph has no nodes')
})
