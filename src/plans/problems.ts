import type { Params } from '../errors.ts'

/** Why something cannot be done: words of the catalogue that also say what would make it possible. */
export type PlanProblem = {
  key: string
  params?: Params
  /** The same for every line that reaches the host: said once, beside the host. */
  about?: 'host'
  /** No refusal: a person decides. The plan waits for the desk, or for a colleague with Licensing. */
  waitsFor?: 'desk' | 'colleague'
}

export function problem(name: string, params: Params = {}): PlanProblem {
  return { key: `plans.problem.${name}`, params }
}

/** Why a plan is held for a person to decide. */
export function hold(waitsFor: 'desk' | 'colleague', name: string, params: Params = {}): PlanProblem {
  return { key: `plans.hold.${name}`, params, waitsFor }
}

/** A problem of a host, in our words or in those of hosts/host-id.ts. */
export function hostProblem(key: string, params: Params = {}): PlanProblem {
  return { key: key.includes('.') ? key : `plans.problem.${key}`, params, about: 'host' }
}

/** Collects the sums of what is added under a key. */
export class Sums {
  readonly #sums = new Map<string, number>()

  add(key: string, quantity: number): void {
    this.#sums.set(key, this.of(key) + quantity)
  }

  of(key: string): number {
    return this.#sums.get(key) ?? 0
  }

  values(): MapIterator<number> {
    return this.#sums.values()
  }
}
