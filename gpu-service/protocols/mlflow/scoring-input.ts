import { errors } from '../../../shared/errors.ts'
import type { Route } from '../../deployments/route.ts'
import type { PipelineRequest } from '../../tasks/task.ts'
import { isRecord, onlyColumn, readRecords, readSplit } from './data-frame.ts'
import { formats, type Readers } from './scoring-formats.ts'
import { tensorReaders } from './tensor-readers.ts'

/** Whether only an MLflow client would send this. */
export const isOfMlflow = (body: unknown): boolean =>
  isRecord(body) && formats.some((format) => format !== 'inputs' && Object.hasOwn(body, format))

/** Translates an MLflow request into a pipeline's. @throws AppError `invalid_request` */
export function scoringInput(body: unknown, route: Route): Pick<PipelineRequest, 'inputs' | 'parameters'> {
  const given = isRecord(body) ? formats.filter((format) => Object.hasOwn(body, format)) : []
  const [format, ...others] = given
  if (!isRecord(body) || format === undefined || others.length > 0)
    throw errors.invalidRequest(`The body must be an object with exactly one of ${formats.join(', ')}.`)
  const { params = null } = body
  if (params !== null && !isRecord(params)) throw errors.invalidRequest('"params" must be an object.', 'params')
  return { inputs: readersOf(route)[format](body[format]), parameters: params ?? {} }
}

function readersOf({ task, service }: Route): Readers {
  if (task === 'tensors') return tensorReaders(service.capabilities.tensors?.inputs.map(({ name }) => name) ?? [])
  const asGiven = (value: unknown) => value
  if (task.startsWith('tabular-'))
    return { dataframe_split: wholeOrRows, dataframe_records: asGiven, instances: asGiven, inputs: asGiven }
  return {
    dataframe_split: (frame) => onlyColumn(readSplit(frame).data, 'dataframe_split'),
    dataframe_records: (records) =>
      onlyColumn(readRecords(records, 'dataframe_records').map(Object.values), 'dataframe_records'),
    instances: asGiven,
    inputs: asGiven,
  }
}

/** Only the rows if the frame does not name its columns. */
function wholeOrRows(frame: unknown) {
  const { columns, data } = readSplit(frame)
  return columns === undefined ? data : { columns, data }
}
