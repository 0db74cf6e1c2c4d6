import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'

async function start({ graceMs = 10_000, drainMs = 0 } = {}) {
  const child = fork(new URL('./support/leaving-server.ts', import.meta.url), [String(graceMs), String(drainMs)])
  onTestFinished(() => void child.kill('SIGKILL'))
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  return { child, url: `http://127.0.0.1:${port}/slow`, quickUrl: `http://127.0.0.1:${port}/quick` }
}

const told = async (child: ChildProcess, what: string) => {
  for (;;) {
    const [message] = await once(child, 'message')
    if (message === what) return
  }
}

describe('a service that gets a signal to end', () => {
  it('answers what is in flight, accepts nothing more, releases its models and exits with 0', async () => {
    const { child, url } = await start()
    const answer = fetch(url)
    await told(child, 'asked')
    const draining = told(child, 'drain')
    child.kill('SIGTERM')
    await draining
    await expect(fetch(url)).rejects.toThrow()
    const closed = told(child, 'close')
    child.send('answer')
    expect(await (await answer).text()).toBe('answered')
    await closed
    const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode]
    expect(code).toBe(0)
  })

  it('goes on answering, one request per connection, until a load balancer has noticed', async () => {
    const { child, quickUrl } = await start({ drainMs: 1500 })
    const [draining, exited] = [told(child, 'drain'), once(child, 'exit')]
    child.kill('SIGTERM')
    await draining
    const late = await fetch(quickUrl)
    expect(await late.text()).toBe('at once')
    expect(late.headers.get('connection')).toBe('close')
    expect(await exited).toEqual([0, null])
    await expect(fetch(quickUrl)).rejects.toThrow()
  })

  it('ends at once at a second signal', async () => {
    const { child, url } = await start()
    const answer = fetch(url).catch(() => 'cut')
    await told(child, 'asked')
    const draining = told(child, 'drain')
    child.kill('SIGINT')
    await draining
    const ended = once(child, 'exit')
    child.kill('SIGINT')
    expect(await ended).toEqual([1, null])
    expect(await answer).toBe('cut')
  })

  it('ends when the grace period is over, whatever is in flight', async () => {
    const { child, url } = await start({ graceMs: 50 })
    const answer = fetch(url).catch(() => 'cut')
    await told(child, 'asked')
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    expect(await ended).toEqual([1, null])
    expect(await answer).toBe('cut')
  })
})
