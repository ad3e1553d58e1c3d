import type { Adapter, Finding, Sighting, Trait } from './finding.ts'

/** First digits of addresses that virtual machines, containers and VPN clients give themselves. */
const VIRTUAL = [
  ...['000569', '000C29', '001C14', '005056'], // VMware
  ...['080027', '0A0027'], // VirtualBox
  '00155D', // Hyper-V
  '001C42', // Parallels
  '00163E', // Xen
  '525400', // QEMU, KVM
  '001A4A', // oVirt
  '506B8D', // Nutanix
  '0242', // Docker
  '4201', // Google Cloud
  '02004C4F4F50', // Windows loopback
]
const VPN = ['00059A3C', '00FF', '020585', '00090FFE', '00090FAA']

const NAMES: [Trait, RegExp][] = [
  ['bluetooth', /bluetooth/i],
  [
    'vpn',
    /\bvpn\b|\btap\b|tap-windows|anyconnect|fortinet|fortissl|juniper|pulse secure|globalprotect|pangp|wireguard|openvpn|zscaler|wan miniport|\bppp\b|tunnel|teredo|isatap|6to4|^(?:tun|tap|wg|utun|ppp|ipsec)\d/i,
  ],
  [
    'virtual',
    /virtual|vmware|hyper-v|vethernet|docker|\bwsl\b|parallels|qemu|\bxen\b|container|loopback|^(?:docker|br-|veth|virbr|vmnet|vboxnet|vnic|cni|flannel|cali|lxc|lxd|podman|bridge|awdl|llw|anpi|ap|bond|team|dummy)\d*/i,
  ],
  ['wireless', /wireless|wi-?fi|\bwlan|sans fil|802\.11|drahtlos|airport|^wl[a-z0-9]/i],
  ['usb', /\busb\b|\bdock(?!er)|thunderbolt|\brndis\b|station d.accueil|^enx[0-9a-f]{12}$/i],
]

const WEIGHTS: Record<Trait, number> = {
  none: -1000,
  multicast: -500,
  virtual: -60,
  vpn: -60,
  bluetooth: -50,
  wireless: -25,
  usb: -30,
  local: -40,
  disconnected: -15,
  'hostid-command': -20,
}

const ORDER = Object.keys(WEIGHTS) as Trait[]

/** Traits in the order in which they are said. */
export function inOrder(traits: Iterable<Trait>): Trait[] {
  const given = new Set(traits)
  return ORDER.filter((trait) => given.has(trait))
}

/**
 * Whether a machine may have it: what is for groups, and what is no ID, stands in the list and is offered to nobody.
 */
export function canBeOfMachine({ id, traits }: Pick<Finding, 'id' | 'traits'>): boolean {
  return id !== null && !traits.includes('multicast')
}

/** What speaks against an ID: its own digits, and what its adapter is called. */
export function traitsOf({ id, source, adapter }: Sighting): Trait[] {
  const traits = new Set<Trait>(nameTraits(adapter))
  if (id === null) traits.add('none')
  if (id?.kind === 'ethernet') for (const trait of addressTraits(id.value)) traits.add(trait)
  if (adapter.isDisconnected) traits.add('disconnected')
  if (source === 'hostid') traits.add('hostid-command')
  return inOrder(traits)
}

function addressTraits(value: string): Trait[] {
  const first = Number.parseInt(value.slice(0, 2), 16)
  if (first & 1) return ['multicast']
  const starts = (list: string[]) => list.some((prefix) => value.startsWith(prefix))
  const maker: Trait[] = starts(VPN) ? ['vpn'] : starts(VIRTUAL) ? ['virtual'] : []
  return first & 2 ? [...maker, 'local'] : maker
}

function nameTraits({ name, description, heading }: Adapter): Trait[] {
  const [short, long] = [name.slice(0, 200), `${heading} ${description}`.trim().slice(0, 300)]
  const found = NAMES.filter(([, pattern]) => pattern.test(short) || pattern.test(long)).map(
    ([trait]) => trait,
  )
  // A Bluetooth card is also called wireless; a Wi-Fi Direct adapter is also called virtual.
  return found.includes('bluetooth') ? ['bluetooth'] : found
}

/** How likely an ID is the one that license software takes; higher is likelier. */
export function scoreOf({ source, adapter }: Sighting, traits: readonly Trait[]): number {
  const base = source === 'lmhostid' ? 100 : source === 'text' ? 40 : 50
  const isWired = /^(?:en0|eth0|em1)$|\bethernet\b|\bLAN\b|gigabit|\bgbe\b/i.test(
    `${adapter.name} ${adapter.heading} ${adapter.description}`,
  )
  return (
    base +
    (isWired ? 10 : 0) +
    (adapter.isUp ? 5 : 0) +
    traits.reduce((sum, trait) => sum + WEIGHTS[trait], 0)
  )
}
