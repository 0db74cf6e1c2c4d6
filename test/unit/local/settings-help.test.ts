import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { describeSettings } from '../../../infra/local/describe-settings.ts'
import { settingsHelp } from '../../../infra/local/environment.ts'

describe('npm start -- --help', () => {
  it('shows each public setting with its purpose and default', () => {
    const shape = {
      FOLDER: z.string().default('data').describe('where it is kept'),
      LONG_ENOUGH: z.string().optional().describe('something else'),
      inner: z.string().optional(),
    }
    expect(describeSettings(shape)).toBe('  FOLDER       where it is kept (data)\n  LONG_ENOUGH  something else')
  })

  it('covers every kind of setting', () => {
    const names = ['PORT', 'HOST', 'SLIPWAY_QUOTA_REPOS', 'SLIPWAY_ENGINES', 'HF_TOKEN']
    for (const name of names) expect(settingsHelp()).toMatch(new RegExp(`^  ${name} .*\\S`, 'm'))
    expect(settingsHelp()).not.toContain('npm_lifecycle_event')
  })
})
