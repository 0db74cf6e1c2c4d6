import type { TensorSignature } from '../../../shared/contract/repo.ts'
import { isServed, targetsOf } from '../../../shared/table/deployment-item.ts'
import { version } from '../../../shared/version.ts'
import type { Route } from '../../deployments/route.ts'
import { capabilityOf } from '../../tasks/capabilities.ts'
import { datatypeOf } from './datatypes.ts'

/** `GET /v2`: lists only what this server supports. */
export const serverMetadata = () => ({
  name: 'slipway',
  version,
  extensions: [
    'binary_tensor_data',
    'classification',
    'model_configuration',
    'model_repository',
    'schedule_policy',
    'statistics',
  ],
})

/** `GET /v2/models/{model}` */
export function modelMetadata(model: string, route: Route) {
  const { inputs, outputs } = capabilityOf({ model, kind: 'tensors', route })
  return {
    name: model,
    versions: versionsOf(route),
    platform: 'onnx_onnxv1',
    inputs: inputs.map(tensorMetadata),
    outputs: outputs.map(tensorMetadata),
  }
}

/** The revisions that get a share of the requests. */
function versionsOf({ deployment, item: { revision } }: Route): string[] {
  const sharing = targetsOf(deployment.item).filter(isServed)
  const revisions = new Set(sharing.map((target) => target.revision))
  // While a new one is loaded, the old one answers.
  return revisions.has(revision) ? [...revisions] : [revision]
}

/** `GET /v2/models/{model}/config`, as Triton's ModelConfig, whose shapes lack the first axis. */
export function modelConfig(model: string, route: Route) {
  const { inputs, outputs, rowsTogetherMax } = capabilityOf({ model, kind: 'tensors', route })
  const tensor = (one: TensorSignature) => {
    const { name, datatype, shape } = tensorMetadata(one)
    return {
      name,
      data_type: `TYPE_${datatype === 'BYTES' ? 'STRING' : datatype}`,
      dims: rowsTogetherMax > 0 ? shape.slice(1) : shape,
    }
  }
  return {
    name: model,
    platform: 'onnxruntime_onnx',
    backend: 'onnxruntime',
    version_policy: { latest: { num_versions: 1 } },
    max_batch_size: rowsTogetherMax,
    input: inputs.map(tensor),
    output: outputs.map(tensor),
    ...(rowsTogetherMax > 0 && { dynamic_batching: {} }),
    default_model_filename: route.item.file,
  }
}

const tensorMetadata = ({ name, type, shape = [] }: TensorSignature) => ({
  name,
  datatype: datatypeOf(type),
  shape: shape.map((size) => (typeof size === 'number' && size >= 0 ? size : -1)),
})
