import type { Params } from '../errors.ts'

/** Why something cannot be done: words of the catalogue that also say what would make it possible. */
export type PlanProblem = {
  key: string
  params?: Params
  /** The same for every line that reaches the host: said once, beside the host. */
  about?: 'host'
}

export function problem(name: string, params: Params = {}): PlanProblem {
  return { key: `plans.problem.${name}`, params }
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
}
