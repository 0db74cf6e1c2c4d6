import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { hasOwnNetwork, ownNetwork, refusedPackets } from '../support/own-network.ts'
import { saidSample, start } from './started-host.ts'

/** Libraries collect before they report to their vendor: ONNX Runtime does so for 8 s. */
const reportedWithinMs = 10_000

/** The settings of a shell that someone also uses for AWS. */
const awsSettings = {
  AWS_PROFILE: 'work',
  AWS_ENDPOINT_URL: 'http://198.51.100.1',
  AWS_ENDPOINT_DISCOVERY_ENABLED: 'true',
  AWS_DEFAULTS_MODE: 'auto',
}
const awsConfig = '[profile work]\nregion = eu-west-1\nuse_fips_endpoint = true\nuse_dualstack_endpoint = true\n'

it.runIf(hasOwnNetwork())(
  'imports, deploys and predicts without a packet to another machine, whatever AWS settings it finds',
  async () => {
    const home = await emptyFolder()
    await mkdir(join(home, '.aws'))
    await writeFile(join(home, '.aws/config'), awsConfig)
    const host = await start({ launcher: ownNetwork, environment: { HOME: home, ...awsSettings } })
    const refused = await refusedPackets(host.pid ?? 0)
    onTestFinished(() => refused.close())
    await saidSample(host)
    await wait(reportedWithinMs)
    expect(await host.stop()).toBe(0)
    expect(await refused.count()).toBe(0)
  },
)

it('writes nothing outside of its data folder', async () => {
  const [home, temporary] = [await emptyFolder(), await emptyFolder()]
  const environment = { HOME: home, TMPDIR: temporary, XDG_CACHE_HOME: home, XDG_CONFIG_HOME: home }
  const host = await start({ environment })
  await saidSample(host)
  expect(await readdir(temporary)).toEqual([])
  expect(await host.stop()).toBe(0)
  expect(await readdir(home)).toEqual([])
  expect(await readdir(temporary)).toEqual([])
})

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}
