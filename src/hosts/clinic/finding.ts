import type { HostId } from '../host-id.ts'

/** What the text is that an ID stands in; words are `clinic.source.<source>`. */
export type Source = 'lmhostid' | 'ipconfig' | 'getmac' | 'ip' | 'ifconfig' | 'vol' | 'hostid' | 'text'

/**
 * What speaks against an ID (words `clinic.trait.<trait>`). `none` belongs to no machine, `local` was not given by the
 * maker of the card, `hostid-command` is what `hostid` prints, which on Linux is not what license software takes.
 */
export type Trait =
  | 'none'
  | 'multicast'
  | 'local'
  | 'virtual'
  | 'vpn'
  | 'bluetooth'
  | 'wireless'
  | 'usb'
  | 'disconnected'
  | 'hostid-command'

/** The network card or other thing an ID is of, as far as the text says. */
export type Adapter = {
  name: string
  /** What it says of itself, and under which heading it stands. */
  description: string
  heading: string
  isDisconnected: boolean
  isUp: boolean
}

export type Sighting = { id: HostId | null; text: string; line: number; source: Source; adapter: Adapter }

export type Finding = {
  /** Null: it is written like one but belongs to no machine (all zeros, all F). */
  id: HostId | null
  text: string
  /** Where it stands first, from 1. */
  line: number
  sources: Source[]
  adapter: string
  description: string
  traits: Trait[]
}

/** Why the first finding is the likely one; words `clinic.reason.<reason>`. */
export type Reason = 'lmhostid' | 'only' | 'wired' | 'least'

export function noAdapter(): Adapter {
  return { name: '', description: '', heading: '', isDisconnected: false, isUp: false }
}
