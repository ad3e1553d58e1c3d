import { isCounted } from './canonical.ts'
import type { ReadFile, ReadLine } from './formats/flexnet-reader.ts'
import type { PackProblem } from './problems.ts'
import type { Seal } from './seal.ts'

/**
 * Compares the SERVER and VENDOR lines of a file with its seal. Host names, ports, paths and USE_SERVER are
 * the administrator's; host IDs, their order and the daemons are not. `ids` are the server host IDs to check
 * counted lines with: those of the seal, so that one wrong SERVER line does not spoil every license line.
 */
export function checkServerLines(
  file: ReadFile,
  seal: Seal | null,
): { ids: string[]; problems: PackProblem[] } {
  const servers = file.lines.filter(({ words }) => words[0] === 'SERVER')
  const vendors = file.lines.filter(({ words }) => words[0] === 'VENDOR' || words[0] === 'DAEMON')
  if (!seal) return { ids: servers.map(({ words }) => words[2] ?? ''), problems: [] }
  const counted = seal.lines.map(({ line }) => line.split(' ')).filter(isCounted)
  const ids = counted.length > 0 ? seal.host.ids : []
  const daemons = [...new Set(counted.map((words) => words[2] ?? ''))]
  const end = file.lines.at(-1)?.last ?? 1
  return {
    ids: seal.host.ids,
    problems: [...compareServers(servers, ids, end), ...compareVendors(vendors, daemons, end)],
  }
}

function compareServers(lines: ReadLine[], ids: string[], end: number): PackProblem[] {
  const there = lines.flatMap(({ first, words }, index): PackProblem[] => {
    const text = words.slice(0, 3).join(' ')
    if (index >= ids.length) return [{ kind: 'added', line: first, text, expected: '' }]
    return words[2] === ids[index] ? [] : [{ kind: 'host-id', line: first, text, expected: ids[index]! }]
  })
  const missing = ids.slice(lines.length).map((id) => `SERVER … ${id}`)
  return [...there, ...missing.map((text): PackProblem => missingLine((lines.at(-1)?.last ?? end) + 1, text))]
}

function compareVendors(lines: ReadLine[], daemons: string[], end: number): PackProblem[] {
  const left = daemons.filter((daemon) => !lines.some(({ words }) => words[1] === daemon))
  const odd = lines.filter(
    ({ words }, index) =>
      !daemons.includes(words[1] ?? '') || lines.findIndex((other) => other.words[1] === words[1]) !== index,
  )
  const there = odd.map(({ first, words }): PackProblem => {
    const text = words.slice(0, 2).join(' ')
    const expected = left.shift()
    return expected
      ? { kind: 'altered', line: first, text, expected: `VENDOR ${expected}` }
      : { kind: 'added', line: first, text, expected: '' }
  })
  return [...there, ...left.map((daemon) => missingLine((lines.at(-1)?.last ?? end) + 1, `VENDOR ${daemon}`))]
}

function missingLine(line: number, expected: string): PackProblem {
  return { kind: 'missing', line, text: expected, expected }
}
