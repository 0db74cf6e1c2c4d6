import { fork, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import type { Tensors } from '../../../gpu-service/engine/engine.ts'
import { FrameReader } from '../../../gpu-service/engine/frame-reader.ts'
import { encodeFrame } from '../../../gpu-service/engine/frames.ts'
import { engineFd } from '../../../gpu-service/engine/messages.ts'
import type { PackedTensors } from '../../../gpu-service/engine/packed-tensors.ts'
import { buffersOf } from './echo.ts'

/** Hands tensors to another thread or process and returns the tensors of the answer. */
interface Way {
  name: string
  exchange(inputs: Tensors): Promise<Tensors>
  close(): Promise<unknown>
}

const moduleUrl = (name: string) => new URL(`./${name}.ts`, import.meta.url)

export function throughThread(): Way {
  const worker = new Worker(moduleUrl('echo-thread'))
  return {
    name: 'thread, transferred',
    exchange: (inputs) =>
      new Promise((resolve) => {
        worker.once('message', resolve)
        worker.postMessage(inputs, buffersOf(inputs))
      }),
    close: () => worker.terminate(),
  }
}

export function throughIpc(): Way {
  const child = fork(moduleUrl('echo-ipc'), { serialization: 'advanced' })
  return {
    name: 'process, IPC channel',
    exchange: (inputs) =>
      new Promise((resolve) => {
        child.once('message', (outputs) => resolve(outputs as Tensors))
        child.send(inputs)
      }),
    close: async () => child.kill(),
  }
}

export function throughFrames(): Way {
  const child = spawn(process.execPath, [moduleUrl('echo-frames').pathname], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  })
  const socket = child.stdio[engineFd] as Socket
  let resolve = (_outputs: Tensors) => {}
  const reader = new FrameReader<object>(({ tensors = {} }) => resolve(tensors))
  socket.on('data', (chunk: Buffer) => reader.push(chunk))
  return {
    name: 'process, frames on a socket',
    exchange: (inputs) =>
      new Promise((settle) => {
        resolve = settle
        socket.cork()
        for (const piece of encodeFrame({
          message: { id: 1, kind: 'run', modelId: 'echo' },
          tensors: inputs as PackedTensors,
        }))
          socket.write(piece)
        socket.uncork()
      }),
    close: async () => socket.destroy(),
  }
}
