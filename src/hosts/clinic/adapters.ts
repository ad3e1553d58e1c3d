import { type Adapter, noAdapter, type Source } from './finding.ts'

/** What is known of the adapter that a row of a command's output is about. */
export type Block = { source: Source; adapter: Adapter }

/** A row that begins the part of an adapter, as `ip`, `ifconfig` and `ipconfig` write it; undefined for any other. */
export function beginsAdapter(row: string): Block | undefined {
  const line = row.slice(0, 500)
  const ip = /^\s{0,4}\d+:\s+([^\s:@]+)(?:@[^\s:]+)?:\s+<([^>]*)>(.*)/.exec(line)
  if (ip) return block('ip', ip[1]!, isDown(ip[2]!, ip[3]!), /\bUP\b/.test(ip[2]!))
  const flags = /^([A-Za-z][\w.:-]*?):\s+flags=\S*<([^>]*)>/.exec(line)
  if (flags)
    return block('ifconfig', flags[1]!, !/\bRUNNING\b/.test(flags[2]!), /\bRUNNING\b/.test(flags[2]!))
  const old = /^([A-Za-z][\w.:-]*)\s+Link encap:/.exec(line)
  if (old) return block('ifconfig', old[1]!, false, false)
  const windows = /^(\S.{2,100}?)\s?:$/.exec(line.trimEnd())
  if (windows && WINDOWS.test(windows[1]!)) {
    const name = /\badapt(?:er|ateur)\s+(.+)$/i.exec(windows[1]!)?.[1] ?? windows[1]!
    return block('ipconfig', name, false, false, windows[1]!)
  }
  return undefined
}

// "Ethernet adapter X:", "Carte Ethernet X :", "Ethernet-Adapter X:", and those of Wi-Fi, tunnels and VPNs.
const WINDOWS =
  /\b(?:adapter|adaptateur)\b|^(?:carte|ethernet-adapter|drahtlos-lan-adapter|tunneladapter|ppp-adapter)\b/i

function block(source: Source, name: string, isDisconnected: boolean, isUp: boolean, heading = ''): Block {
  return { source, adapter: { ...noAdapter(), name, heading, isDisconnected, isUp } }
}

function isDown(flags: string, rest: string): boolean {
  return /\bNO-CARRIER\b/.test(flags) || /\bstate DOWN\b/.test(rest)
}

const FIELD = /^\s*([^:]{3,60}?)[\s.]*:\s*(.*)$/
const DESCRIPTION = /^(?:description|beschreibung|network adapter|carte réseau|netzwerkadapter)$/i
const CONNECTION = /^(?:connection name|nom de (?:la )?connexion|verbindungsname)$/i
const STATE = /^(?:media state|statut du média|état du média|medienstatus|status)$/i
const HOST = /^(?:host name|hostname|nom de l.h.te|computer name|nom d.h.te)$/i
const OFF = /disconnected|déconnecté|d.connect.|getrennt|inactive/i

/** What a row `Name . . . : value` adds to the adapter; gives the machine's name where it says that. */
export function readField(row: string, at: Block | undefined): { hostName?: string; begins?: Block } {
  const found = FIELD.exec(row.slice(0, 400))
  if (!found) return {}
  const [name, value] = [found[1]!.trim(), found[2]!.trim()]
  if (HOST.test(name)) return { hostName: value.slice(0, 253) }
  if (CONNECTION.test(name)) return { begins: block('getmac', value, false, false) }
  if (!at) return {}
  if (DESCRIPTION.test(name)) at.adapter.description = `${at.adapter.description} ${value}`.trim()
  if (STATE.test(name)) {
    at.adapter.isDisconnected = OFF.test(value)
    if (/^(?:active|up)$/i.test(value)) at.adapter.isUp = true
  }
  if (/^(?:ipv4|adresse ipv4|ipv4-adresse)/i.test(name)) at.adapter.isUp = true
  return {}
}
