import { Unavailable } from '../errors.ts'

type Waiting = { go(): void }

/**
 * Lets `size` at a time do something long that holds a connection, such as sending a file to a slow reader; the others
 * wait their turn, and are told Unavailable after `waitMs`.
 */
export function makeTurns(size: number, waitMs: number) {
  let free = size
  const queue = new Set<Waiting>()

  function give(): () => void {
    free--
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      free++
      const next = queue.values().next().value
      next?.go()
    }
  }

  /** Resolves to what gives the turn back; calling it again does nothing. */
  return async function take(): Promise<() => void> {
    if (free > 0) return give()
    const turn = Promise.withResolvers<() => void>()
    const waiting: Waiting = {
      go() {
        queue.delete(waiting)
        clearTimeout(timer)
        turn.resolve(give())
      },
    }
    const timer = setTimeout(() => {
      queue.delete(waiting)
      turn.reject(new Unavailable('other files are being sent'))
    }, waitMs)
    queue.add(waiting)
    return turn.promise
  }
}
