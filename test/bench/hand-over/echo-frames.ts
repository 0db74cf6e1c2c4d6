import { BlockingFrames, writeFrames } from '../../../gpu-service/engine/blocking-frames.ts'
import { engineFd } from '../../../gpu-service/engine/messages.ts'
import { echo } from './echo.ts'

const frames = new BlockingFrames(engineFd)
for (let frame = frames.next(); frame !== undefined; frame = frames.next())
  writeFrames(engineFd, [{ message: {}, tensors: echo(frame.tensors ?? {}) }])
