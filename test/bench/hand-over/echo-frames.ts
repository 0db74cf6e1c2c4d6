import { readFrame, writeFrames } from '../../../gpu-service/engine/blocking-frames.ts'
import { engineFd } from '../../../gpu-service/engine/messages.ts'
import { echo } from './echo.ts'

for (let frame = readFrame(engineFd); frame !== undefined; frame = readFrame(engineFd))
  writeFrames(engineFd, [{ message: {}, tensors: echo(frame.tensors ?? {}) }])
