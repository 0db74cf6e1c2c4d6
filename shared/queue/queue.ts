/**
 * Work to be done later, at least once: SQS in AWS, a queue in this process on one machine. A message may come twice,
 * late and out of order; one that keeps failing ends among the dead letters.
 */
export interface Queue<Message> {
  send(request: { message: Message; delaySeconds?: number }): Promise<void>
  sendMany(request: { messages: readonly Message[] }): Promise<void>
  /** Another one each time that the queue has lost its messages; absent where it keeps them. */
  readonly lifeId?: string
}

/** Names what a message belongs to. Of those that wait, the groups with the least in hand go first. */
export type GroupOf<Message> = (message: Message) => string

/** Does the work of one message. Throwing brings the message back after a while, longer each time. */
export type MessageHandler<Message> = (message: Message, delivery: Delivery) => Promise<void>

export interface Delivery {
  /** How often the message has been handed out, this time included. */
  receiveCount: number
  signal: AbortSignal
}

/** How often a message is handed out before it is put among the dead letters. */
export const receivesMax = 5

/** SQS's longest delay of one message. */
export const maxDelaySeconds = 900
