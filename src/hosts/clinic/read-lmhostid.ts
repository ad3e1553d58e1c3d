import { type Sight, sight } from './sight.ts'

const SAYS = /\bhost ?id of this machine is\b:?/i

/** What `lmhostid` says after "the FlexNet host ID of this machine is": one ID, or several within quotes. */
export function lmhostidIn(row: string): string | undefined {
  const found = SAYS.exec(row.slice(0, 300))
  return found ? row.slice(found.index + found[0].length) : undefined
}

/** The IDs of what it says: Ethernet addresses, system IDs of 8 digits, and those with a name. */
export function sightSaid(said: string): Sight[] {
  return said
    .slice(0, 5000)
    .split(/["'\s,]+/)
    .filter(Boolean)
    .flatMap(sight)
}

/** Whether the quotes that it opened are still open, so that the next row goes on. */
export function isOpen(said: string): boolean {
  return (said.match(/"/g)?.length ?? 0) % 2 === 1 || /""\s*[^"]+$/.test(said.slice(0, 1000))
}
