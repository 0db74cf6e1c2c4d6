import type { ChargedTokens } from './charged-tokens.ts'
import type { RequestSlots } from './request-slots.ts'

/** A counted request. */
export interface Admitted {
  /**
   * Takes a slot once its body has arrived; without a free one, nothing is charged. @throws AppError
   * `concurrency_limited`
   */
  enter(): () => void
  /**
   * Charges its tokens once they are counted; a refused request costs nothing. @throws AppError `rate_limited`,
   * `request_too_costly`
   */
  charge(tokens: number): void
  /** Returns only its tokens, for a request without an answer. */
  giveBackTokens(): void
  /** Takes back everything it was counted for, after a late refusal; later changes of limits are unaffected. */
  giveBack(): void
}

/** An admitted request. Everything it was counted for is given back when a later step refuses it. */
export function admitted({ slots, charged, uncount }: AdmittedOptions): Admitted {
  let isCounted = true
  const giveBack = () => {
    charged.giveBack()
    if (isCounted) uncount()
    isCounted = false
  }
  return {
    enter: orGivenBack(giveBack, () => slots.take()),
    charge: orGivenBack(giveBack, (tokens) => charged.charge(tokens)),
    giveBackTokens: () => charged.giveBack(),
    giveBack,
  }
}

interface AdmittedOptions {
  slots: RequestSlots
  charged: ChargedTokens
  /** Takes the request out of its rate and its day's quota. */
  uncount: () => void
}

/** A request refused on its way costs nothing, nor do those of its parts that come after. */
function orGivenBack<Given extends unknown[], Result>(giveBack: () => void, take: (...given: Given) => Result) {
  let refusal: { error: unknown } | undefined
  return (...given: Given): Result => {
    if (refusal !== undefined) throw refusal.error
    try {
      return take(...given)
    } catch (error) {
      refusal = { error }
      giveBack()
      throw error
    }
  }
}
