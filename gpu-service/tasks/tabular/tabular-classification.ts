import * as z from 'zod'
import { localPath, readConfig } from '../../models/model-files.ts'
import { fixedBatch, inFixedBatches } from '../fixed-batch.ts'
import { inputsMax } from '../limits.ts'
import type { ModelSource, OpenedTask, Task } from '../task.ts'
import type { HiddenTensors, TaskModel } from '../task-model.ts'
import { timingOf } from '../timing.ts'
import { answersJson } from '../write-json.ts'
import { answerForClient } from './answer-for-client.ts'
import { graphClasses } from './class-names.ts'
import { columnTensors } from './column-tensors.ts'
import { readAnswers, type TabularAnswer } from './labels.ts'
import type { Cell } from './read-cell.ts'
import { readRows } from './rows.ts'
import { type CellType, readTabularGraph, type TabularGraph } from './tabular-graph.ts'
import { type Unzipped, unzipGraph } from './zip-map.ts'

const config = z.object({
  sklearn: z.object({ columns: z.array(z.string()).optional() }).optional(),
  id2label: z.record(z.string(), z.string()).optional(),
})

/** Classification and regression of table rows, for graphs exported from scikit-learn. */
export const tabularClassification: Task = {
  name: 'tabular-classification',

  async open({ files, file, graph }: ModelSource): Promise<OpenedTask> {
    const { sklearn, id2label } = (await readConfig(files, 'config.json', config)) ?? {}
    const columns = sklearn?.columns
    const unzipped = await unzipGraph({ graph, path: localPath(files, file), file })
    const shape = readTabularGraph({ graph, file, columns, unzipped })
    const types = shape.inputs.flatMap(({ type, width }) => Array<CellType>(width).fill(type))
    const table = { ...shape, columns: columnsOf(shape, columns), types }
    const classes = unzipped?.classes ?? (await graphClasses({ graph, path: localPath(files, file) }))
    const model = inFixedBatches(tabularModel({ shape, id2label, classes }), fixedBatch(graph.inputs))
    const probe = types.map((type): Cell => (type === 'string' ? '' : 0))
    return {
      graphs: { main: unzipped?.path ?? localPath(files, file) },
      hidden: unzipped && probabilitiesOf(unzipped),
      describe: {
        columns: table.columns ?? shape.width,
        maxRows: inputsMax,
        classes: id2label === undefined ? classes : Object.values(id2label),
        probabilities: shape.withoutScores === undefined ? 'tensor' : `absent: ${shape.withoutScores}`,
      },
      warmUp: [1, Math.min(64, model.itemsMax)].map((count) => ({
        graph: 'main',
        cost: count,
        call: () => model.encode(Array(count).fill(probe)),
      })),
      serve(createBatcher) {
        const batcher = createBatcher(model)
        return {
          capabilities: {},
          async pipeline({ inputs, options, client }) {
            const { signal } = options
            const results = await batcher.submitAll(await readRows({ inputs, table, signal }), options)
            const toAnswer = answerForClient(client)
            const json = await answersJson({
              items: results,
              isList: true,
              write: ({ output: answerOf }) => JSON.stringify(toAnswer(answerOf())),
              signal,
            })
            return { json, timing: timingOf(results) }
          },
        }
      },
    }
  },
}

/** Callers that request the map output get the tensor behind it. */
const probabilitiesOf = ({ output, tensor, classes }: Unzipped): HiddenTensors => ({
  graph: 'main',
  outputs: [{ name: output, source: tensor, type: 'float32', shape: [-1, classes.length] }],
  fill: () => ({}),
})

function tabularModel({ shape, id2label, classes }: TabularModelOptions): TaskModel<Cell[], () => TabularAnswer> {
  const outputs = [shape.label, shape.scores].filter((name) => name !== undefined)
  return {
    graph: 'main',
    sizeOf: () => 1,
    costMax: 1024,
    itemsMax: 1024,
    encode: (rows) => ({ inputs: columnTensors(rows, shape.inputs), outputs }),
    decode: (tensors, rows) =>
      readAnswers({
        label: shape.label === undefined ? undefined : tensors[shape.label],
        scores: shape.scores === undefined ? undefined : tensors[shape.scores],
        id2label,
        classes,
        count: rows.length,
      }),
  }
}

interface TabularModelOptions {
  shape: TabularGraph
  id2label: Record<string, string> | undefined
  classes: readonly string[] | undefined
}

/** The names in config.json; else the input names, if each column is a separate input. */
function columnsOf({ inputs, width }: TabularGraph, named: readonly string[] | undefined) {
  if (named?.length === width) return named
  return inputs.length > 1 && inputs.length === width ? inputs.map(({ name }) => name) : undefined
}
