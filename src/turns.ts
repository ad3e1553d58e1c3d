import { setImmediate as nextTurn } from 'node:timers/promises'

/** Work in small steps: at each `yield` it may wait while others have their turn. */
export type Steps<T> = Generator<void, T, void>

/** Does it without a pause. */
export function atOnce<T>(steps: Steps<T>): T {
  let step = steps.next()
  while (!step.done) step = steps.next()
  return step.value
}

/** Longest turn (ms) of one who reads a file; a single step may take longer. */
const turn = 20

let last: Promise<void> = Promise.resolve()

/** One at a time, whoever's it is: many files at once hold up others no longer than one. */
function ownTurn(): Promise<void> {
  last = last.then(() => nextTurn())
  return last
}

/** Does it turn by turn, so that a large file of one person holds up nobody else. */
export async function inTurns<T>(steps: Steps<T>): Promise<T> {
  let begun = performance.now()
  let step = steps.next()
  while (!step.done) {
    if (performance.now() - begun > turn) {
      await ownTurn()
      begun = performance.now()
    }
    step = steps.next()
  }
  return step.value
}
