import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openNetwork } from '../../../../../gpu-service/tasks/image/open-network.ts'

describe('the open network', () => {
  it('connects to the checked address, whatever the name resolves to, and asks for the certificate of the name', async () => {
    const greeted = Promise.withResolvers<Buffer>()
    const listener = createTcpServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', (hello) => {
        greeted.resolve(hello)
        socket.destroy()
      })
    })
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void listener.close())
    const url = new URL(`https://pictures.invalid:${(listener.address() as AddressInfo).port}/cat.png`)
    const answer = openNetwork.get({ url, address: '127.0.0.1', signal: AbortSignal.timeout(5000) })
    await expect(answer).rejects.toThrow()
    expect((await greeted.promise).includes('pictures.invalid')).toBe(true)
  })

  it('resolves an address to itself', async () => {
    expect(await openNetwork.resolve('10.0.0.1')).toEqual(['10.0.0.1'])
    expect(await openNetwork.resolve('::1')).toEqual(['::1'])
  })
})
