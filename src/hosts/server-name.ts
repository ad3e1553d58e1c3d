import { isIP } from 'node:net'
import type { HostIdProblem } from './host-id.ts'

/**
 * Checks the name that a SERVER line gives the machine: a host name (RFC 1123, underscores tolerated as in
 * Windows names) or an IP address. Gives the name, or a problem as a key of the catalogue (`hostid.server-*`).
 */
export function checkServerName(text: string): { name: string } | HostIdProblem {
  const name = text.trim()
  if (name === '') return problem('empty')
  const at = /^\d*@(.+)$/.exec(name)
  if (at) return problem('port', { name: at[1]!.slice(0, 60) })
  if (name.includes('://') || name.includes('/') || name.includes('\\')) return problem('address')
  if (isIP(name)) return { name }
  const odd = /[^A-Za-z0-9_.-]/u.exec(name)
  if (odd) return oddCharacter(name, odd.index)
  if (name.length > 253 || name.split('.').some((label) => label.length > 63)) return problem('long')
  return name.split('.').every(isLabel) ? { name } : problem('shape')
}

function oddCharacter(name: string, index: number): HostIdProblem {
  const character = [...name.slice(index)][0]!
  if (/\s/.test(character)) return problem('space')
  return problem(/[\x21-\x7e]/.test(character) ? 'character' : 'ascii', { character })
}

function isLabel(label: string): boolean {
  return /^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?$/.test(label)
}

function problem(name: string, params: HostIdProblem['params'] = {}): HostIdProblem {
  return { problem: `hostid.server-${name}`, params }
}
