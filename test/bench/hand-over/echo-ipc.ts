import type { Tensors } from '../../../gpu-service/engine/engine.ts'
import { echo } from './echo.ts'

process.on('message', (inputs: Tensors) => process.send?.(echo(inputs)))
